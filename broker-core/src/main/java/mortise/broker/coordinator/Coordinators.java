package mortise.broker.coordinator;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import mortise.api.ErrorCode;
import mortise.broker.mailbox.CreditRequest;
import mortise.broker.mailbox.Mailbox;
import mortise.broker.partition.LeadershipWatcher;
import mortise.broker.partition.Partition;
import mortise.broker.partition.Partitions;
import mortise.coordinator.ReplicatedState;

/**
 * The coordinators of one internal topic on this broker: one for each partition that it leads, or
 * has led. Thread-safe.
 *
 * @param <S> the state of each
 */
public final class Coordinators<S extends ReplicatedState> implements LeadershipWatcher {
    private final Partitions partitions;
    private final Supplier<S> newState;
    private final ShardServices services;
    private final Map<Integer, CoordinatorShard<S>> shards = new ConcurrentHashMap<>();

    /** None yet; to be made before partitions are opened. */
    public static <S extends ReplicatedState> Coordinators<S> of(
            String topic, Partitions partitions, Supplier<S> newState, ShardServices services) {
        Coordinators<S> coordinators = new Coordinators<>(partitions, newState, services);
        partitions.watchLeadership(topic, coordinators);
        return coordinators;
    }

    private Coordinators(Partitions partitions, Supplier<S> newState, ShardServices services) {
        this.partitions = partitions;
        this.newState = newState;
        this.services = services;
    }

    @Override
    public void leadershipChanged(Partition partition) {
        shards.computeIfAbsent(
                        partition.name().partition(),
                        index ->
                                new CoordinatorShard<>(
                                        "the coordinator of " + partition.name(),
                                        newState,
                                        services,
                                        owner -> partitions.mailbox(owner, partition)))
                .mailbox()
                .control(new ShardControl.Follow<>(partition));
    }

    /** The partitions that have, or had, a coordinator here. */
    public List<Integer> indexes() {
        return shards.keySet().stream().sorted().toList();
    }

    /**
     * Hands a command to the coordinator of a partition, as soon as that has room for it; if there
     * is no coordinator here it is refused at once.
     *
     * @param enqueued run once whatever comes later comes after it; on any thread
     */
    public void submit(int partition, CoordinatorCommand<S> command, Runnable enqueued) {
        CoordinatorShard<S> shard = shards.get(partition);
        if (shard == null) {
            command.refuse(ErrorCode.NOT_COORDINATOR);
            enqueued.run();
            return;
        }
        Submission<S> submission = new Submission<>(shard.mailbox(), command, enqueued);
        if (partitions.takeCredit(submission)) {
            submission.creditGranted();
        }
    }

    /** Has every coordinator here do something that nobody waits for. */
    public void act(String what, CoordinatorAction<S> action) {
        shards.values()
                .forEach(shard -> shard.mailbox().control(new ShardControl.Act<>(what, action)));
    }

    private record Submission<S extends ReplicatedState>(
            Mailbox<CoordinatorCommand<S>, ?> mailbox,
            CoordinatorCommand<S> command,
            Runnable enqueued)
            implements CreditRequest {
        @Override
        public int commandCount() {
            return 1;
        }

        @Override
        public Mailbox<?, ?> target(int index) {
            return mailbox;
        }

        @Override
        public int bytes(int index) {
            return command.sizeInBytes();
        }

        @Override
        public void creditGranted() {
            mailbox.offer(command);
            enqueued.run();
        }
    }
}
