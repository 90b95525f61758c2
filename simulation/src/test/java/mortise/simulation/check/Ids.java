package mortise.simulation.check;

import java.nio.ByteBuffer;

/**
 * The number that every record of a run carries as its key: who sent it, in which session, and
 * which record of that session it is. A session is an identity of an idempotent producer, or a
 * connection of a plain one: within it records are in the order of their numbers.
 */
public final class Ids {
    /** The bytes of a key. */
    public static final int BYTES = Long.BYTES;

    private static final int SEQUENCE_BITS = 32;
    private static final int SESSION_BITS = 16;

    private Ids() {}

    /** The number of a record. */
    public static long of(int client, int session, int sequence) {
        return ((long) client << (SESSION_BITS + SEQUENCE_BITS))
                | ((long) session << SEQUENCE_BITS)
                | sequence;
    }

    /** Client and session of a record, as one number. */
    public static long session(long id) {
        return id >>> SEQUENCE_BITS;
    }

    /** A key that holds it. */
    public static ByteBuffer key(long id) {
        return ByteBuffer.allocate(BYTES).putLong(id).flip();
    }

    /** How messages call it. */
    public static String text(long id) {
        return "record "
                + (id >>> (SESSION_BITS + SEQUENCE_BITS))
                + "/"
                + ((id >>> SEQUENCE_BITS) & ((1 << SESSION_BITS) - 1))
                + "/"
                + (int) id;
    }
}
