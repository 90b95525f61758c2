package mortise.record;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The control record that ends a transaction on a partition. Its key is version (int16, 0) and type
 * (int16: 0 abort, 1 commit), its value version (int16, 0) and the coordinator's epoch (int32).
 *
 * @param committed whether the transaction's records count
 * @param coordinatorEpoch epoch of the transaction coordinator that decided
 */
public record TransactionMarker(boolean committed, int coordinatorEpoch) {
    private static final int KEY_BYTES = 4;
    private static final int VALUE_BYTES = 6;
    private static final short ABORT = 0;
    private static final short COMMIT = 1;

    /**
     * The marker that a control record holds; null if it is one of another type or too short.
     *
     * @param control a record of a control batch
     */
    public static @Nullable TransactionMarker find(Record control) {
        ByteBuffer key = control.key();
        ByteBuffer value = control.value();
        if (key == null
                || value == null
                || key.remaining() < KEY_BYTES
                || value.remaining() < VALUE_BYTES) {
            return null;
        }
        short type = key.getShort(key.position() + 2);
        if (type != ABORT && type != COMMIT) {
            return null;
        }
        return new TransactionMarker(type == COMMIT, value.getInt(value.position() + 2));
    }

    ByteBuffer key() {
        return ByteBuffer.allocate(KEY_BYTES).putShort(2, committed ? COMMIT : ABORT);
    }

    ByteBuffer value() {
        return ByteBuffer.allocate(VALUE_BYTES).putInt(2, coordinatorEpoch);
    }
}
