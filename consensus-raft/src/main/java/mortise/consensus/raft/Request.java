package mortise.consensus.raft;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import mortise.spi.consensus.ProposeOutcome;

/** Something that somebody waits for; answered exactly once. */
sealed interface Request {
    /** Record bytes that it holds in memory. */
    long bytes();

    /** Answers that it did not happen and never will. */
    void refuse(String reason);

    /** Answers that nobody can tell whether it happened. */
    void abandon(String reason);

    /**
     * An entry that is offered.
     *
     * @param epoch in which the caller decided
     */
    record Proposal(
            int epoch, List<byte[]> records, long bytes, CompletableFuture<ProposeOutcome> outcome)
            implements Request {
        static Proposal of(int epoch, List<byte[]> records) {
            long bytes = 0;
            for (byte[] record : records) {
                bytes += record.length;
            }
            return new Proposal(epoch, List.copyOf(records), bytes, new CompletableFuture<>());
        }

        void commit(long index) {
            outcome.complete(new ProposeOutcome.Committed(index));
        }

        @Override
        public void refuse(String reason) {
            outcome.complete(new ProposeOutcome.Refused(reason));
        }

        @Override
        public void abandon(String reason) {
            outcome.complete(new ProposeOutcome.Indeterminate(reason));
        }
    }

    /** A question for the last committed index, answered when the listener has heard it. */
    record Barrier(CompletableFuture<Long> index) implements Request {
        @Override
        public long bytes() {
            return 0;
        }

        @Override
        public void refuse(String reason) {
            index.completeExceptionally(new IllegalStateException(reason));
        }

        @Override
        public void abandon(String reason) {
            refuse(reason);
        }
    }
}
