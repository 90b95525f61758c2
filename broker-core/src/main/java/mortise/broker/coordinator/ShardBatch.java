package mortise.broker.coordinator;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.List;
import mortise.api.ErrorCode;
import mortise.broker.partition.AppendBatch;
import mortise.coordinator.CommandContext.Answer;
import mortise.record.RecordBatch;
import org.jspecify.annotations.Nullable;

/**
 * Records of a coordinator on their way into its partition, and the answers that wait for them:
 * those that they are for, and those of commands that were decided after them and saw what they
 * change.
 *
 * <p><b>Memory.</b> {@code waiting} is a stack that anybody pushes to and that is closed once, when
 * the partition is through with the batch; whoever finds it closed answers by itself.
 */
final class ShardBatch extends AppendBatch {
    private static final VarHandle WAITING;

    static {
        try {
            WAITING =
                    MethodHandles.lookup()
                            .findVarHandle(ShardBatch.class, "waiting", Waiting.class);
        } catch (ReflectiveOperationException missing) {
            throw new ExceptionInInitializerError(missing);
        }
    }

    private static final Waiting CLOSED = new Waiting(List.of(), null);

    private final CoordinatorShard<?> shard;
    private final Term term;

    private volatile @Nullable Waiting waiting;

    /** Written before the stack is closed, read by those who find it so. */
    private ErrorCode outcome = ErrorCode.NONE;

    private record Waiting(List<Answer<?>> answers, @Nullable Waiting before) {}

    ShardBatch(
            CoordinatorShard<?> shard,
            Term term,
            RecordBatch batch,
            List<Answer<?>> answers,
            long deadlineNanos) {
        super(batch, (short) -1, deadlineNanos);
        this.shard = shard;
        this.term = term;
        this.waiting = new Waiting(answers, null);
    }

    /** Whoever decided it still leads, and everything that it stands on was appended. */
    @Override
    protected boolean mayFollow(int leaderEpoch) {
        return term.goesOn() && term.leaderEpoch() == leaderEpoch;
    }

    /** Has answers wait for this batch, or gives them out if it is through. */
    @SuppressWarnings("ReferenceEquality") // the one that closes it, not one that is like it
    void await(List<Answer<?>> answers) {
        Waiting top = waiting;
        while (top != CLOSED) {
            if (WAITING.compareAndSet(this, top, new Waiting(answers, top))) {
                return;
            }
            top = waiting;
        }
        end(answers, outcome);
    }

    @Override
    protected void completed() {
        if (error() != ErrorCode.NONE) {
            term.end(); // before anything that stands on it is appended
            outcome = CoordinatorShard.answerFor(error());
        }
        List<Waiting> all = new ArrayList<>();
        Waiting top = (Waiting) WAITING.getAndSet(this, CLOSED);
        for (; top != null; top = top.before()) {
            all.add(top);
        }
        for (Waiting waited : all.reversed()) {
            end(waited.answers(), outcome);
        }
        shard.through(this, term);
    }

    private static void end(List<Answer<?>> answers, ErrorCode outcome) {
        for (Answer<?> answer : answers) {
            if (outcome == ErrorCode.NONE) {
                answer.give();
            } else {
                answer.refuse(outcome);
            }
        }
    }
}
