package mortise.record;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * One header of a record: a name and some bytes, or null. The value is lent as a record's is.
 *
 * @param key the name
 * @param value not to be written to
 */
public record RecordHeader(String key, @Nullable ByteBuffer value) {}
