package mortise.broker.net;

import java.time.Duration;
import mortise.api.config.Config;

/**
 * What one connection may hold, and for how long.
 *
 * @param maxRequestBytes the largest frame accepted
 * @param maxDecodedBytes how much heap one decoded request may take
 * @param maxResponseBytes how much memory one answer may take
 * @param writeBufferBytes how many encoded bytes may wait for a client that reads slowly
 * @param maxRequests how many unanswered requests there may be
 * @param maxInflightBytes how many bytes of unanswered requests it may hold before it is not read
 * @param timeouts how long it may stand still
 */
record ConnectionBounds(
        int maxRequestBytes,
        long maxDecodedBytes,
        long maxResponseBytes,
        int writeBufferBytes,
        int maxRequests,
        long maxInflightBytes,
        Timeouts timeouts) {
    /**
     * How long a connection may stand still.
     *
     * @param frame how long a frame may take to arrive
     * @param stall how long a frame may stand still while others wait for its memory
     * @param idle how long nothing may be sent nor taken
     * @param slowReader how long nothing may be taken while others wait for the memory of answers
     */
    record Timeouts(Duration frame, Duration stall, Duration idle, Duration slowReader) {}

    /** The bounds of every connection. */
    static ConnectionBounds of(Config config) {
        return new ConnectionBounds(
                Math.toIntExact(config.get(NetSettings.MAX_REQUEST_BYTES).bytes()),
                Math.min(
                        config.get(NetSettings.MAX_DECODED_BYTES).bytes(),
                        Runtime.getRuntime().maxMemory() / 8),
                config.get(NetSettings.MAX_RESPONSE_BYTES).bytes(),
                Math.toIntExact(config.get(NetSettings.WRITE_BUFFER_BYTES).bytes()),
                config.get(NetSettings.MAX_CONNECTION_REQUESTS),
                config.get(NetSettings.MAX_CONNECTION_INFLIGHT_BYTES).bytes(),
                new Timeouts(
                        config.get(NetSettings.FRAME_TIMEOUT),
                        config.get(NetSettings.STALL_TIMEOUT),
                        config.get(NetSettings.IDLE_TIMEOUT),
                        config.get(NetSettings.SLOW_READER_TIMEOUT)));
    }
}
