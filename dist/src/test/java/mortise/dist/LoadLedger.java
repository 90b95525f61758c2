package mortise.dist;

import java.util.Arrays;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;

/**
 * What one producer sent to one topic, and what it was promised of it. Records are numbered from 0;
 * what a record holds follows from the producer's name and the number, so that one which is read
 * back can be told from every other and from a damaged one. Thread-safe.
 */
final class LoadLedger {
    /** What a client may expect of records that were acknowledged to it. */
    enum Promise {
        /** Each is stored once, and in the order in which it was sent. */
        EXACTLY_ONCE,
        /** Each is stored, perhaps more often than once. */
        AT_LEAST_ONCE,
        /** Losses are counted, and are no failure. */
        COUNTED
    }

    /** The place of a record of which nothing is known yet. */
    static final long OPEN = -1;

    /** The place of a record that the client was told is not stored, or may not be. */
    static final long FAILED = -2;

    /** The place of a record that was acknowledged without saying where it is. */
    static final long SOMEWHERE = -3;

    private static final String[] WORDS = {
        "alpha", "bravo", "charlie", "delta", "echo", "foxtrot", "golf", "hotel", "india", "juliet"
    };

    private final String producer;
    private final String kind;
    private final Promise promise;
    private final Map<String, Integer> failures = new TreeMap<>();
    private long[] places = new long[1024];
    private int sent;
    private int acknowledged;

    /**
     * An empty one.
     *
     * @param kind what kind of client the producer is, for the report
     */
    LoadLedger(String producer, String kind, Promise promise) {
        this.producer = producer;
        this.kind = kind;
        this.promise = promise;
    }

    String producer() {
        return producer;
    }

    String kind() {
        return kind;
    }

    Promise promise() {
        return promise;
    }

    /** The number of the next record to send. */
    synchronized int next() {
        if (sent == places.length) {
            places = Arrays.copyOf(places, 2 * sent);
        }
        places[sent] = OPEN;
        return sent++;
    }

    /** Offset −1 is what a client says of a record that it knows to be stored, but not where. */
    synchronized void acknowledged(int number, int partition, long offset) {
        places[number] = offset < 0 ? SOMEWHERE : place(partition, offset);
        acknowledged++;
    }

    synchronized void failed(int number, Throwable failure) {
        places[number] = FAILED;
        failures.merge(failure.getClass().getSimpleName(), 1, Integer::sum);
    }

    /** Settles everything that is open, as a client does that ends without a word. */
    synchronized void settle(boolean stored) {
        for (int number = 0; number < sent; number++) {
            if (places[number] == OPEN) {
                places[number] = stored ? SOMEWHERE : FAILED;
                acknowledged += stored ? 1 : 0;
            }
        }
    }

    synchronized int sent() {
        return sent;
    }

    synchronized int acknowledged() {
        return acknowledged;
    }

    /** How many records failed, by the name of what the client threw. */
    synchronized Map<String, Integer> failures() {
        return new TreeMap<>(failures);
    }

    synchronized int open() {
        int open = 0;
        for (int number = 0; number < sent; number++) {
            open += places[number] == OPEN ? 1 : 0;
        }
        return open;
    }

    synchronized long placeOf(int number) {
        return places[number];
    }

    static long place(int partition, long offset) {
        return ((long) partition << 48) | offset;
    }

    static String placeText(long place) {
        return "partition " + (place >> 48) + " offset " + (place & ((1L << 48) - 1));
    }

    static String key(int number) {
        return "k" + number % 61;
    }

    /** What the record of this number holds: its identity, then 20 to 700 bytes that follow. */
    static String value(String producer, int number) {
        SplittableRandom random = new SplittableRandom(producer.hashCode() * 31L + number);
        StringBuilder text = new StringBuilder(producer).append(':').append(number).append(':');
        int bytes = 20 + random.nextInt(random.nextInt(8) == 0 ? 680 : 180);
        while (text.length() < bytes) {
            text.append(WORDS[random.nextInt(WORDS.length)]).append(random.nextInt(1000));
        }
        return text.toString();
    }

    /**
     * Who sent a record.
     *
     * @param producer the name of its producer
     */
    record Identity(String producer, int number) {
        /** Reads it from a record's value; fails if the value isn't one that was sent. */
        static Identity of(String value) {
            int first = value.indexOf(':');
            int second = value.indexOf(':', first + 1);
            if (first < 0 || second < 0) {
                throw new AssertionError("a record that nobody sent: " + value);
            }
            Identity identity =
                    new Identity(
                            value.substring(0, first),
                            Integer.parseInt(value.substring(first + 1, second)));
            if (!value.equals(LoadLedger.value(identity.producer, identity.number))) {
                throw new AssertionError("record " + identity + " was changed: " + value);
            }
            return identity;
        }
    }
}
