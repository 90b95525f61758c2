package mortise.spi.storage;

import java.nio.ByteBuffer;

/**
 * A sidecar as it was put.
 *
 * @param content a buffer of the caller's own
 */
public record Sidecar(SidecarKind kind, long offset, ByteBuffer content) {}
