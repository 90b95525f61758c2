package mortise.broker.net;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import java.net.InetSocketAddress;
import java.nio.channels.UnresolvedAddressException;
import java.util.Locale;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import mortise.api.HostPort;
import mortise.api.config.Config;
import mortise.broker.request.ListenerEndpoint;
import org.jspecify.annotations.Nullable;

/** One listener: an open port, and what is done with the connections that come in through it. */
final class ListenerServer {
    private final ListenerConfig config;
    private final Channel channel;
    private final ListenerEndpoint endpoint;

    private ListenerServer(ListenerConfig config, Channel channel, ListenerEndpoint endpoint) {
        this.config = config;
        this.channel = channel;
        this.endpoint = endpoint;
    }

    /**
     * Opens the port. Connections wait until {@link #accept}. Each is shown to {@code admits} on
     * the event loop that accepted it; those that it takes are handed to {@code accepted} on the
     * event loop that they will live on, before they are read.
     *
     * @throws ListenException if the port cannot be opened
     */
    static ListenerServer open(
            ListenerConfig config,
            Config settings,
            Transport transport,
            EventLoopGroup loops,
            ByteBufAllocator allocator,
            PeerLog peers,
            Predicate<Channel> admits,
            BiConsumer<Channel, ListenerEndpoint> accepted) {
        InetSocketAddress address =
                new InetSocketAddress(config.bind().host(), config.bind().port());
        Acceptor acceptor = new Acceptor(config, accepted);
        int unsent = Math.toIntExact(settings.get(NetSettings.WRITE_BUFFER_BYTES).bytes());
        ServerBootstrap bootstrap =
                new ServerBootstrap()
                        .group(loops)
                        .channel(transport.serverChannel())
                        .handler(new Gate(admits))
                        .option(ChannelOption.SO_REUSEADDR, true)
                        .option(ChannelOption.AUTO_READ, false)
                        .option(ChannelOption.SO_BACKLOG, settings.get(NetSettings.BACKLOG))
                        .childOption(ChannelOption.TCP_NODELAY, true)
                        .childOption(ChannelOption.SO_KEEPALIVE, true)
                        .childOption(ChannelOption.ALLOCATOR, allocator)
                        .childOption(
                                ChannelOption.WRITE_BUFFER_WATER_MARK,
                                new WriteBufferWaterMark(unsent / 4, unsent))
                        .childHandler(acceptor);
        try {
            Channel channel = bootstrap.bind(address).syncUninterruptibly().channel();
            // behind Netty's acceptor, which waits a second before it tries again
            channel.pipeline().addLast(new AcceptFailures(config.name(), peers));
            return new ListenerServer(
                    config, channel, endpoint(config, (InetSocketAddress) channel.localAddress()));
        } catch (Exception failure) { // Netty throws checked exceptions unannounced
            throw new ListenException(refusal(config, failure), failure);
        }
    }

    /**
     * Closes who is not admitted at once: handed to another event loop first, a crowd of them would
     * hold the last of the process's files until that loop comes to them.
     */
    private static final class Gate extends ChannelInboundHandlerAdapter {
        private final Predicate<Channel> admits;

        Gate(Predicate<Channel> admits) {
            this.admits = admits;
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            Channel channel = (Channel) message;
            if (admits.test(channel)) {
                context.fireChannelRead(channel);
            } else {
                channel.unsafe().closeForcibly(); // it is registered nowhere
            }
        }
    }

    /** Runs for every admitted connection, on the event loop that it will live on. */
    private static final class Acceptor extends ChannelInitializer<Channel> {
        private final ListenerConfig config;
        private final BiConsumer<Channel, ListenerEndpoint> accepted;
        private volatile @Nullable ListenerEndpoint endpoint;

        Acceptor(ListenerConfig config, BiConsumer<Channel, ListenerEndpoint> accepted) {
            this.config = config;
            this.accepted = accepted;
        }

        @Override
        protected void initChannel(Channel channel) {
            ListenerEndpoint known = endpoint;
            if (known == null) {
                known = endpoint(config, (InetSocketAddress) channel.parent().localAddress());
                endpoint = known;
            }
            accepted.accept(channel, known);
        }
    }

    /** Hears of connections that could not be accepted. */
    private static final class AcceptFailures extends ChannelInboundHandlerAdapter {
        private final String listener;
        private final PeerLog peers;

        AcceptFailures(String listener, PeerLog peers) {
            this.listener = listener;
            this.peers = peers;
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            peers.notAccepting(listener, String.valueOf(cause.getMessage()));
        }
    }

    private static ListenerEndpoint endpoint(ListenerConfig config, InetSocketAddress bound) {
        return new ListenerEndpoint(
                config.name(),
                new HostPort(config.bind().host(), bound.getPort()),
                config.advertised());
    }

    private static String refusal(ListenerConfig config, Throwable failure) {
        HostPort bind = config.bind();
        String message = String.valueOf(failure.getMessage());
        String cause = message.toLowerCase(Locale.ROOT);
        String what = "listener " + config.name() + " cannot listen on " + bind + ": ";
        if (cause.contains("already in use")) {
            return what
                    + "another process uses port "
                    + bind.port()
                    + "; stop it (ss -tanp names it), or choose another port with --listen HOST:PORT";
        }
        if (failure instanceof UnresolvedAddressException || cause.contains("unresolved")) {
            return what
                    + "the name "
                    + bind.host()
                    + " has no address; use an address of this machine, or 0.0.0.0 for all of them";
        }
        if (cause.contains("cannot assign")) {
            return what
                    + bind.host()
                    + " is no address of this machine; listen on one of its own or on 0.0.0.0, and give the outside address with --advertise HOST:PORT";
        }
        if (cause.contains("permission denied")) {
            return what + "only root may use ports below 1024; choose a port above";
        }
        return what + message + "; choose another address with --listen HOST:PORT";
    }

    ListenerEndpoint endpoint() {
        return endpoint;
    }

    /** Takes up who has connected and who connects from now on. */
    void accept() {
        channel.config().setAutoRead(true);
    }

    /** Accepts no more connections. Those that are open stay. */
    void close() {
        channel.close().syncUninterruptibly();
    }

    @Override
    public String toString() {
        return config.name() + " on " + endpoint.bound();
    }
}
