package mortise.broker.partition.api;

import mortise.api.ErrorCode;
import mortise.broker.mailbox.Mailbox;
import mortise.broker.partition.AppendBatch;
import mortise.broker.partition.OpenedBatch;
import mortise.broker.partition.Partition;
import mortise.record.Codecs;
import mortise.record.RecordBatch;
import mortise.wire.message.ProduceResponse.PartitionProduceResponse;

/** A batch of a Produce request, which fills in its partition's answer when it is through. */
final class ProducedBatch extends AppendBatch {
    private final ProducePass pass;
    private final Partition partition;
    private final PartitionProduceResponse answer;

    ProducedBatch(
            ProducePass pass,
            Partition partition,
            RecordBatch batch,
            PartitionProduceResponse answer) {
        super(batch, pass.acks(), pass.deadlineNanos());
        this.pass = pass;
        this.partition = partition;
        this.answer = answer;
    }

    Mailbox<AppendBatch, ?> target() {
        return partition.mailbox();
    }

    PartitionProduceResponse answer() {
        return answer;
    }

    /** Opens it. */
    OpenedBatch open(Codecs codecs) {
        return partition.intake().open(batch(), codecs);
    }

    /** The same command with another batch in the place of its own. */
    ProducedBatch with(RecordBatch other) {
        return new ProducedBatch(pass, partition, other, answer);
    }

    @Override
    protected void completed() {
        if (error() == ErrorCode.NONE) {
            answer.baseOffset(firstOffset())
                    .logAppendTimeMs(logAppendTime())
                    .logStartOffset(logStartOffset());
        } else if (error() == ErrorCode.NOT_LEADER_OR_FOLLOWER) {
            pass.refuseAbsent(answer, partition);
        } else {
            pass.refuse(answer, error(), message());
        }
        pass.through();
    }
}
