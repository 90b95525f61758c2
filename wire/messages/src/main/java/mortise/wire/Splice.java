package mortise.wire;

/**
 * A payload in the middle of a frame whose other bytes are in a head buffer.
 *
 * @param headPosition how many bytes of the head go before the payload
 */
public record Splice(int headPosition, Payload payload) {}
