package mortise.coordinator.group;

import java.nio.ByteBuffer;

/**
 * A way to share out the work that a member knows.
 *
 * @param metadata what the member tells the leader; read-only
 */
record MemberProtocol(String name, ByteBuffer metadata) {
    /** What it takes to remember it, about. */
    int sizeInBytes() {
        return name.length() + metadata.remaining();
    }
}
