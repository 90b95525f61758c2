package mortise.broker.partition;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * At which offset each leader epoch of a partition began (KIP-101, KIP-279). Immutable; its file
 * form is Kafka's {@code leader-epoch-checkpoint}: a version, a count, and a line for each epoch.
 */
public final class LeaderEpochs {
    /** "No such epoch". */
    public static final int NO_EPOCH = -1;

    /** "No such offset". */
    public static final long NO_OFFSET = -1;

    /** No epochs yet. */
    public static final LeaderEpochs NONE = new LeaderEpochs(new int[0], new long[0]);

    private static final int VERSION = 0;

    private final int[] epochs;
    private final long[] starts;

    private LeaderEpochs(int[] epochs, long[] starts) {
        this.epochs = epochs;
        this.starts = starts;
    }

    /**
     * Where an epoch ended.
     *
     * @param epoch the epoch found, or {@link #NO_EPOCH}
     * @param endOffset the offset after its last, or {@link #NO_OFFSET}
     */
    public record EpochEnd(int epoch, long endOffset) {
        static final EpochEnd UNKNOWN = new EpochEnd(NO_EPOCH, NO_OFFSET);
    }

    /** The latest epoch, or {@link #NO_EPOCH}. */
    public int latest() {
        return epochs.length == 0 ? NO_EPOCH : epochs[epochs.length - 1];
    }

    /** The epoch in which a record at this offset was written, or {@link #NO_EPOCH}. */
    public int epochAt(long offset) {
        int index = epochs.length - 1;
        while (index >= 0 && starts[index] > offset) {
            index--;
        }
        return index < 0 ? NO_EPOCH : epochs[index];
    }

    /**
     * The largest epoch not above the one asked for, and where it ended: what OffsetForLeaderEpoch
     * answers.
     */
    public EpochEnd endOf(int epoch, long logEndOffset) {
        if (epoch < 0 || epochs.length == 0 || epoch > latest()) {
            return EpochEnd.UNKNOWN;
        }
        if (epoch == latest()) {
            return new EpochEnd(epoch, logEndOffset);
        }
        int higher = 0;
        while (epochs[higher] <= epoch) {
            higher++;
        }
        int found = higher == 0 ? epoch : epochs[higher - 1];
        return new EpochEnd(found, starts[higher]);
    }

    /** These epochs and a new one; the same if it is not above the latest. */
    LeaderEpochs begin(int epoch, long startOffset) {
        if (epoch <= latest()) {
            return this;
        }
        int keep = epochs.length;
        while (keep > 0 && starts[keep - 1] >= startOffset) {
            keep--;
        }
        int[] moreEpochs = Arrays.copyOf(epochs, keep + 1);
        long[] moreStarts = Arrays.copyOf(starts, keep + 1);
        moreEpochs[keep] = epoch;
        moreStarts[keep] = startOffset;
        return new LeaderEpochs(moreEpochs, moreStarts);
    }

    /** Without the epochs that began at or beyond an end. */
    LeaderEpochs upTo(long endOffset) {
        int keep = epochs.length;
        while (keep > 0 && starts[keep - 1] >= endOffset) {
            keep--;
        }
        return keep == epochs.length
                ? this
                : new LeaderEpochs(Arrays.copyOf(epochs, keep), Arrays.copyOf(starts, keep));
    }

    /** Without the epochs that ended at or below a start; the one that it lies in begins there. */
    LeaderEpochs from(long startOffset) {
        int first = 0;
        while (first + 1 < epochs.length && starts[first + 1] <= startOffset) {
            first++;
        }
        if (epochs.length == 0 || (first == 0 && starts[0] >= startOffset)) {
            return this;
        }
        int[] lessEpochs = Arrays.copyOfRange(epochs, first, epochs.length);
        long[] lessStarts = Arrays.copyOfRange(starts, first, starts.length);
        lessStarts[0] = Math.max(lessStarts[0], startOffset);
        return new LeaderEpochs(lessEpochs, lessStarts);
    }

    /** The file form. */
    ByteBuffer toText() {
        StringBuilder text = new StringBuilder();
        text.append(VERSION).append('\n').append(epochs.length).append('\n');
        for (int i = 0; i < epochs.length; i++) {
            text.append(epochs[i]).append(' ').append(starts[i]).append('\n');
        }
        return ByteBuffer.wrap(text.toString().getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Reads the file form.
     *
     * @throws IllegalArgumentException if it is none, saying what was met
     */
    static LeaderEpochs parse(ByteBuffer content) {
        String[] lines =
                StandardCharsets.UTF_8.decode(content.duplicate()).toString().split("\n", -1);
        try {
            int count = lines.length < 2 ? -1 : Integer.parseInt(lines[1].strip());
            if (count < 0
                    || lines.length != count + 3
                    || !lines[count + 2].isEmpty()
                    || Integer.parseInt(lines[0].strip()) != VERSION) {
                throw new IllegalArgumentException(
                        "leader epochs have "
                                + (lines.length - 1)
                                + " line ends; wanted version "
                                + VERSION
                                + ", a count, and as many lines");
            }
            LeaderEpochs epochs = NONE;
            for (int i = 0; i < count; i++) {
                String[] pair = lines[i + 2].strip().split(" ", -1);
                epochs = epochs.begin(Integer.parseInt(pair[0]), Long.parseLong(pair[1]));
            }
            return epochs;
        } catch (NumberFormatException | ArrayIndexOutOfBoundsException garbage) {
            throw new IllegalArgumentException(
                    "leader epochs hold a line that is no pair of numbers", garbage);
        }
    }

    @Override
    public String toString() {
        return "epochs " + Arrays.toString(epochs) + " at " + Arrays.toString(starts);
    }
}
