package mortise.client;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;
import mortise.api.HostPort;
import mortise.wire.ApiKey;
import mortise.wire.ApiMessage;
import mortise.wire.Frames;
import mortise.wire.WireReader;
import mortise.wire.message.ApiVersionsResponse;
import mortise.wire.message.RequestHeader;
import mortise.wire.message.ResponseHeader;
import org.jspecify.annotations.Nullable;

/**
 * A broker on a real socket that answers as {@link FakeTopic} does, but for the requests that a
 * test has written a script for: each API's steps are used up in order.
 */
final class ScriptedBroker implements AutoCloseable {
    private final ServerSocket server;
    private final FakeTopic topic;
    private final Thread accepting;
    private final Map<ApiKey, Deque<Step>> script = new EnumMap<>(ApiKey.class);
    private final List<ApiKey> asked = new CopyOnWriteArrayList<>();
    private final List<Socket> connections = new CopyOnWriteArrayList<>();
    private final CountDownLatch secondConnection = new CountDownLatch(2);

    /** What happens to one request. */
    interface Step {
        /**
         * Answers.
         *
         * @param normally does what the broker would do, and returns its answer
         */
        void take(Exchange exchange, Supplier<ApiMessage> normally) throws Exception;
    }

    /** One request, and the ways to answer it. */
    record Exchange(ApiKey key, short version, int correlationId, ApiMessage request, Socket peer) {
        void answer(ApiMessage response) throws IOException {
            answer(response, correlationId);
        }

        void answer(ApiMessage response, int asCorrelationId) throws IOException {
            write(frame(response, asCorrelationId));
        }

        /** Answers with the first bytes of the answer only. */
        void answerPartly(ApiMessage response, int bytes) throws IOException {
            byte[] whole = frame(response, correlationId);
            write(java.util.Arrays.copyOf(whole, Math.min(bytes, whole.length)));
        }

        void write(byte[] bytes) throws IOException {
            OutputStream out = peer.getOutputStream();
            out.write(bytes);
            out.flush();
        }

        void hangUp() throws IOException {
            peer.close();
        }

        private byte[] frame(ApiMessage response, int asCorrelationId) {
            // a broker answers ApiVersions without tagged header fields whatever the version is
            ByteBuffer frame =
                    Frames.encode(
                            key.responseHeaderVersion(version),
                            new ResponseHeader().correlationId(asCorrelationId),
                            response,
                            version);
            byte[] bytes = new byte[frame.remaining()];
            frame.get(bytes);
            return bytes;
        }
    }

    ScriptedBroker() {
        this(new FakeTopic("t", 1));
    }

    ScriptedBroker(FakeTopic topic) {
        try {
            server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        } catch (IOException failure) {
            throw new UncheckedIOException("listening", failure);
        }
        this.topic = topic;
        topic.ledBy(address());
        accepting = Thread.ofVirtual().start(this::accept);
    }

    HostPort address() {
        return new HostPort("127.0.0.1", server.getLocalPort());
    }

    FakeTopic topic() {
        return topic;
    }

    /** The next requests of this API meet these steps. */
    synchronized ScriptedBroker on(ApiKey key, Step... steps) {
        script.computeIfAbsent(key, first -> new ArrayDeque<>()).addAll(List.of(steps));
        return this;
    }

    /** How often an API was asked. */
    long count(ApiKey key) {
        return asked.stream().filter(key::equals).count();
    }

    int connectionCount() {
        return connections.size();
    }

    void awaitSecondConnection() throws InterruptedException {
        secondConnection.await();
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket peer = server.accept();
                if (server.isClosed()) {
                    // it came while the socket was being closed
                    peer.close();
                    return;
                }
                peer.setTcpNoDelay(true);
                connections.add(peer);
                secondConnection.countDown();
                Thread.ofVirtual().start(() -> serve(peer));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void serve(Socket peer) {
        try (peer) {
            DataInputStream in = new DataInputStream(peer.getInputStream());
            while (true) {
                byte[] bytes = new byte[in.readInt()];
                in.readFully(bytes);
                take(ByteBuffer.wrap(bytes), peer);
            }
        } catch (Exception ended) {
            // the client or the script has ended the connection
        }
    }

    private void take(ByteBuffer frame, Socket peer) throws Exception {
        RequestHeader header = Frames.readRequestHeader(frame);
        ApiKey key = ApiKey.find(header.requestApiKey());
        ApiMessage request = key.newRequest();
        request.read(new WireReader(frame.slice()), header.requestApiVersion());
        asked.add(key);
        Exchange exchange =
                new Exchange(
                        key, header.requestApiVersion(), header.correlationId(), request, peer);
        Supplier<ApiMessage> normally =
                () -> key == ApiKey.API_VERSIONS ? versions() : topic.answer(key, request);
        Step step = nextStep(key);
        if (step == null) {
            exchange.answer(normally.get());
        } else {
            step.take(exchange, normally);
        }
    }

    private synchronized @Nullable Step nextStep(ApiKey key) {
        Deque<Step> steps = script.get(key);
        return steps == null ? null : steps.poll();
    }

    private static ApiVersionsResponse versions() {
        List<ApiVersionsResponse.ApiVersion> ranges = new ArrayList<>();
        for (ApiKey key : ApiKey.values()) {
            if (!key.isRemoved()) {
                ranges.add(
                        new ApiVersionsResponse.ApiVersion()
                                .apiKey(key.id())
                                .minVersion(key.lowestVersion())
                                .maxVersion(key.highestVersion()));
            }
        }
        return new ApiVersionsResponse().apiKeys(ranges);
    }

    /** Ends every connection, and goes on listening. */
    void dropConnections() {
        for (Socket peer : connections) {
            try {
                peer.close();
            } catch (IOException gone) {
                // as wanted
            }
        }
    }

    /** Ends; afterwards nobody listens and nobody is connected. */
    @Override
    public void close() {
        try {
            server.close();
            accepting.join();
        } catch (IOException failure) {
            throw new UncheckedIOException("closing", failure);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        dropConnections();
    }
}
