package mortise.coordinator;

import java.util.ArrayList;
import java.util.List;
import mortise.api.ErrorCode;

/**
 * What one or several commands decide: the records to append, in order, and the answers that may be
 * given once they are committed. Confined to the host of the state.
 */
public final class CommandContext {
    private final Moment now;
    private final List<CoordinatorRecord> records = new ArrayList<>();
    private final List<Answer<?>> answers = new ArrayList<>();
    private int bytes;

    /** Nothing has been decided yet. */
    public CommandContext(Moment now) {
        this.now = now;
    }

    /**
     * An answer that waits for its records.
     *
     * @param <R> what is answered
     */
    public record Answer<R>(Reply<R> to, R response) {
        /** Gives it out. */
        public void give() {
            to.answer(response);
        }

        /** Its records could not be stored. */
        public void refuse(ErrorCode error) {
            to.refuse(error);
        }
    }

    /** When the commands are decided. */
    public Moment now() {
        return now;
    }

    /** Has a record appended, behind those that were appended before. */
    public void append(CoordinatorRecord record) {
        records.add(record);
        bytes += record.sizeInBytes();
    }

    /** Answers a command. */
    public <R> void answer(Reply<R> to, R response) {
        answers.add(new Answer<>(to, response));
    }

    /** The records, in order. */
    public List<CoordinatorRecord> records() {
        return records;
    }

    /** The answers, in order. */
    public List<Answer<?>> answers() {
        return answers;
    }

    /** The bytes that the records take, about. */
    public int sizeInBytes() {
        return bytes;
    }
}
