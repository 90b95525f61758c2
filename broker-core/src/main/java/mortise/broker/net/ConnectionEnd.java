package mortise.broker.net;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.DuplexChannel;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * How a connection ends: when its requests are answered, at once, by a reset, or after an answer to
 * a client that speaks HTTP. The first reason counts. A part of {@link Connection}, confined to its
 * event loop.
 */
final class ConnectionEnd {
    private static final long NOT_DISCARDING = Long.MIN_VALUE;

    /** How long a client that was told that it is wrong here may go on sending. */
    private static final long DISCARD_NANOS = 2_000_000_000L;

    private static final String HTTP_ANSWER =
            """
            HTTP/1.1 400 Bad Request\r
            Content-Type: text/plain; charset=utf-8\r
            Connection: close\r
            \r
            This is a Kafka listener: it speaks the Kafka protocol, not HTTP.
            """;

    private final Connection connection;
    private final Channel channel;
    private boolean begun;
    private boolean leaving;
    private @Nullable CloseReason reason;
    private long discardingSinceNanos = NOT_DISCARDING;

    ConnectionEnd(Connection connection, Channel channel) {
        this.connection = connection;
        this.channel = channel;
    }

    /** Whether no more requests are taken. */
    boolean begun() {
        return begun;
    }

    /** Whether it ends when the requests in flight are answered. */
    boolean leaving() {
        return leaving;
    }

    /** Whether it is being closed, answered or not. */
    private boolean closing() {
        return begun && !leaving;
    }

    /** Why it ended; the client's own doing if nobody here wanted it. */
    CloseReason reason() {
        return reason == null ? CloseReason.CLIENT : reason;
    }

    /** Takes no more requests, and ends when those in flight are answered. */
    void leave() {
        begun = true;
        leaving = true;
    }

    /** Closes for a reason that the log is told. */
    void now(CloseReason why, String what) {
        now(why, why.text(), what);
    }

    /**
     * Closes for a reason that the log is told.
     *
     * @param kind lines of one kind about one host are throttled together
     */
    void now(CloseReason why, String kind, String what) {
        say(kind, what);
        now(why);
    }

    private void say(String kind, String what) {
        if (!connection.closed() && !closing()) {
            connection.peer().closing(kind, what);
        }
    }

    /** Closes; what was encoded before goes out as far as the socket takes it at once. */
    void now(CloseReason why) {
        if (connection.closed()) {
            return;
        }
        begin(why);
        connection.flush();
        channel.flush();
        var _ = channel.close();
    }

    /** Closes when what is encoded is with the socket. */
    void whenFlushed(SliceWriter out) {
        leaving = false;
        out.flush();
        channel.writeAndFlush(Unpooled.EMPTY_BUFFER)
                .addListener(flushed -> now(CloseReason.SHUTDOWN));
    }

    /** Resets the connection for a reason that the log is told. */
    void reset(CloseReason why, String what) {
        say(why.text(), what);
        reset(why);
    }

    /** Resets the connection: what was not sent is lost, and the client is told at once. */
    void reset(CloseReason why) {
        if (connection.closed()) {
            return;
        }
        begin(why);
        if (channel.isOpen()) { // it may have failed a moment ago
            channel.config().setOption(ChannelOption.SO_LINGER, 0);
        }
        var _ = channel.close();
    }

    private void begin(CloseReason why) {
        begun = true;
        leaving = false;
        if (reason == null) {
            reason = why;
        }
    }

    /**
     * Answers bytes that are no frame: a client that speaks HTTP gets a line of text, and what it
     * still sends is thrown away; closing at once would reset the connection under it, and it would
     * never read the line.
     */
    void refuse(FrameException broken, long nowNanos) {
        String what = String.valueOf(broken.getMessage());
        if (broken.reason() != CloseReason.HTTP || !(channel instanceof DuplexChannel socket)) {
            now(broken.reason(), broken.kind(), what);
            return;
        }
        connection.peer().closing(CloseReason.HTTP.text(), what);
        begin(CloseReason.HTTP);
        discardingSinceNanos = nowNanos;
        channel.writeAndFlush(Unpooled.copiedBuffer(HTTP_ANSWER, StandardCharsets.US_ASCII))
                .addListener(sent -> {
                    var _ = socket.shutdownOutput();
                });
    }

    /** Whether what the client sends is thrown away. */
    boolean discarding() {
        return discardingSinceNanos != NOT_DISCARDING && !connection.closed();
    }

    /** Whether that has gone on for long enough. */
    boolean discarded(long nowNanos) {
        return discarding() && nowNanos - discardingSinceNanos >= DISCARD_NANOS;
    }
}
