package mortise.broker.net;

import java.nio.ByteBuffer;
import mortise.wire.ApiKey;
import mortise.wire.message.RequestHeader;

/**
 * A request as it arrived, its header read.
 *
 * @param chunk holds the bytes; released by whoever finishes the request
 * @param body what follows the header, within the chunk
 * @param served whether the version in the header is; if not, only ApiVersions is answered
 * @param receivedNanos when its last bytes arrived
 * @param sizeInBytes of the whole frame
 */
record RequestFrame(
        FrameChunk chunk,
        ByteBuffer body,
        ApiKey apiKey,
        RequestHeader header,
        boolean served,
        long receivedNanos,
        int sizeInBytes) {}
