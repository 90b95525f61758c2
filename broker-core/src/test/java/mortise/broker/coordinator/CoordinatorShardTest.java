package mortise.broker.coordinator;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import mortise.api.ErrorCode;
import mortise.api.metrics.Metrics;
import mortise.broker.partition.HeapLogStore;
import mortise.broker.partition.Partition;
import mortise.broker.partition.PartitionRig;
import mortise.broker.partition.TopicSettingsEdit;
import mortise.broker.runtime.Failures;
import mortise.coordinator.CommandContext;
import mortise.coordinator.CoordinatorRecord;
import mortise.coordinator.Deadline;
import mortise.coordinator.Deadlines;
import mortise.coordinator.ReplicatedState;
import mortise.coordinator.Reply;
import mortise.metadata.TopicSettings;
import mortise.record.Codecs;
import mortise.spi.storage.StorageException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** A shard over a partition on a heap log, in one thread. */
class CoordinatorShardTest {
    private static final String TOPIC = "counts";

    private final HeapLogStore store = new HeapLogStore();
    private PartitionRig rig = new PartitionRig(store, Map.of());
    private Coordinators<Counts> counts = coordinators(rig);

    /** What is counted, by name: a record for each, the last of which says how much. */
    private static final class Counts implements ReplicatedState {
        private final Map<String, Integer> byName = new TreeMap<>();
        private final Deadlines deadlines = new Deadlines();
        private final Deadline tick = deadlines.create(context -> add("tick", context));
        private boolean unloaded;

        int add(String name, CommandContext context) {
            int count = byName.merge(name, 1, Integer::sum);
            context.append(record(name, Integer.toString(count)));
            return count;
        }

        @Override
        public void replay(CoordinatorRecord record) {
            ByteBuffer value = record.value();
            String count = value == null ? "none" : UTF_8.decode(value.duplicate()).toString();
            byName.put(UTF_8.decode(record.key().duplicate()).toString(), Integer.valueOf(count));
        }

        @Override
        public void loaded(CommandContext context) {
            tick.set(context.now().inMillis(1_000));
        }

        @Override
        public Deadlines deadlines() {
            return deadlines;
        }

        @Override
        public void unload() {
            unloaded = true;
        }
    }

    private static CoordinatorRecord record(String key, String value) {
        return new CoordinatorRecord(
                ByteBuffer.wrap(key.getBytes(UTF_8)), ByteBuffer.wrap(value.getBytes(UTF_8)));
    }

    /** Adds to a count, or asks what it is, and notes the answer. */
    private static final class Ask implements CoordinatorCommand<Counts>, Reply<Integer> {
        private final String name;
        private final boolean adds;
        private final List<String> heard = new ArrayList<>();

        Ask(String name, boolean adds) {
            this.name = name;
            this.adds = adds;
        }

        @Override
        public void decide(Counts state, CommandContext context) {
            context.answer(
                    this, adds ? state.add(name, context) : state.byName.getOrDefault(name, 0));
        }

        @Override
        public void answer(Integer response) {
            heard.add(response.toString());
        }

        @Override
        public void refuse(ErrorCode error) {
            heard.add(error.name());
        }

        @Override
        public int sizeInBytes() {
            return 100;
        }
    }

    private static Coordinators<Counts> coordinators(PartitionRig rig) {
        return Coordinators.of(
                TOPIC,
                rig.partitions,
                Counts::new,
                new ShardServices(
                        rig.clock,
                        rig.timers,
                        rig.blocking,
                        Codecs.of(),
                        Failures.in(
                                Metrics.discarding(),
                                rig.clock,
                                LoggerFactory.getLogger(CoordinatorShardTest.class)),
                        Duration.ofSeconds(5),
                        1 << 20));
    }

    @AfterEach
    void close() {
        rig.close();
    }

    private static TopicSettings durable() {
        return new TopicSettingsEdit().durable().settings();
    }

    private Ask submit(Ask ask) {
        counts.submit(0, ask, () -> {});
        return ask;
    }

    private Ask add(String name) {
        Ask ask = submit(new Ask(name, true));
        rig.settle();
        return ask;
    }

    private Ask read(String name) {
        Ask ask = submit(new Ask(name, false));
        rig.settle();
        return ask;
    }

    private void pass(Duration time) {
        rig.clock.advance(time);
        rig.settle();
    }

    @Test
    void nobodyIsAnsweredWhereThereIsNoPartition() {
        assertThat(add("a").heard).containsExactly("NOT_COORDINATOR");
    }

    @Test
    void whatIsDecidedIsStoredAndThereAfterARestart() {
        rig.open(TOPIC, 0, PartitionRig.TOPIC);
        assertThat(add("a").heard).containsExactly("1");
        assertThat(add("a").heard).containsExactly("2");
        rig.stop();
        rig = new PartitionRig(store, Map.of());
        counts = coordinators(rig);
        rig.open(TOPIC, 0, PartitionRig.TOPIC, 1);
        assertThat(read("a").heard).containsExactly("2");
        assertThat(add("a").heard).containsExactly("3");
    }

    @Test
    void nobodyHearsOfWhatIsNotDurableYet() {
        rig.open(TOPIC, 0, durable());
        Ask added = add("a");
        Ask read = read("a");
        assertThat(added.heard).isEmpty();
        assertThat(read.heard).as("it saw what was added").isEmpty();
        rig.flush();
        assertThat(added.heard).containsExactly("1");
        assertThat(read.heard).containsExactly("1");
        assertThat(read("a").heard).as("nothing is on its way").containsExactly("1");
    }

    @Test
    void whatCouldNotBeStoredIsForgottenAndNothingStandsOnIt() {
        rig.open(TOPIC, 0, PartitionRig.TOPIC);
        add("a");
        rig.log(TOPIC, 0).failAppend =
                new StorageException(StorageException.Reach.CALL, "the disk is full");
        Ask refused = submit(new Ask("a", true));
        Ask behind = submit(new Ask("b", true));
        rig.settle();
        assertThat(refused.heard).containsExactly("NOT_COORDINATOR");
        assertThat(behind.heard).hasSize(1).doesNotContain("1");
        assertThat(read("a").heard).containsExactly("COORDINATOR_LOAD_IN_PROGRESS");
        pass(Duration.ofSeconds(1));
        assertThat(read("a").heard).containsExactly("1");
        assertThat(read("b").heard).containsExactly("0");
        assertThat(add("a").heard).containsExactly("2");
    }

    @Test
    void whatIsDamagedIsPassedOver() {
        Partition partition = rig.open(TOPIC, 0, PartitionRig.TOPIC);
        add("a");
        rig.send(partition, PartitionRig.batch(3, 10)); // without keys
        add("b");
        rig.stop();
        rig = new PartitionRig(store, Map.of());
        counts = coordinators(rig);
        rig.open(TOPIC, 0, PartitionRig.TOPIC, 1);
        assertThat(read("a").heard).containsExactly("1");
        assertThat(read("b").heard).containsExactly("1");
    }

    @Test
    void whoLosesThePartitionAnswersNobodyAndAppendsNothing() {
        Partition partition = rig.open(TOPIC, 0, durable());
        Ask waiting = add("a");
        List<Counts> seen = new ArrayList<>();
        counts.act("look", (state, context) -> seen.add(state));
        rig.settle();
        rig.partitions.stop();
        rig.settle();
        assertThat(waiting.heard).containsExactly("NOT_COORDINATOR");
        assertThat(seen).singleElement().satisfies(state -> assertThat(state.unloaded).isTrue());
        assertThat(add("a").heard).containsExactly("NOT_COORDINATOR");
        assertThat(partition.leaderView()).isNull();
    }

    @Test
    void deadlinesAreDecidedWhenTheyAreDue() {
        rig.open(TOPIC, 0, PartitionRig.TOPIC);
        assertThat(read("tick").heard).containsExactly("0");
        pass(Duration.ofMillis(999));
        assertThat(read("tick").heard).containsExactly("0");
        pass(Duration.ofMillis(1));
        assertThat(read("tick").heard).containsExactly("1");
    }

    @Test
    void whoeverComesWaitsWhileTooMuchWaitsForTheDisk() {
        rig.open(TOPIC, 0, durable());
        List<Ask> asks = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            asks.add(submit(new Ask("a", true)));
            rig.settle();
        }
        assertThat(rig.log(TOPIC, 0).appends).as("batches on their way").isLessThan(100);
        for (int i = 0; i < 10; i++) {
            rig.flush();
        }
        for (int i = 0; i < asks.size(); i++) {
            assertThat(asks.get(i).heard).containsExactly(Integer.toString(i + 1));
        }
    }
}
