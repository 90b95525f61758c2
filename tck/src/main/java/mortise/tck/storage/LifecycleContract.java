package mortise.tck.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.ArrayList;
import java.util.List;
import mortise.api.config.Config;
import mortise.spi.Capability;
import mortise.spi.storage.LogBounds;
import mortise.spi.storage.LogDirectory;
import mortise.spi.storage.LogId;
import mortise.spi.storage.LogStore;
import mortise.spi.storage.PartitionLog;
import mortise.tck.sim.SimContext;
import org.junit.jupiter.api.Test;

/** How stores and logs come and go. */
public interface LifecycleContract extends StorageUnderTest {
    /** The provider has a name in lower case with dashes, and says what its keys do. */
    @Test
    default void theProviderDescribesItself() {
        assertThat(provider().name())
                .as("the name of the storage plugin, which is lower case with digits and dashes")
                .matches("[a-z0-9]+(-[a-z0-9]+)*");
        provider()
                .config()
                .keys()
                .forEach(key -> {
                    assertThat(key.name())
                            .as("a key of the storage plugin, which begins with its kind and name")
                            .startsWith("storage." + provider().name() + ".");
                    assertThat(key.doc()).as("documentation of " + key).isNotBlank();
                });
    }

    /** Creating a store touches nothing; starting it does. */
    @Test
    default void creatingAStoreTouchesNothing() {
        SimContext context = context().withoutThreads();
        long writes = context.disk().map(disk -> disk.writes()).orElse(0L);

        var provider = provider();
        LogStore store = provider.create(Config.of(provider.config(), settings()), context);

        assertThat(context.disk().map(disk -> disk.writes()).orElse(0L))
                .as("how often the disk was written to after create, compared with before")
                .isEqualTo(writes);
        store.close();
    }

    /** A closed log opens again as it was. */
    @Test
    default void aClosedLogOpensAgainAsItWas() {
        try (LogUnderTest log = LogUnderTest.open(this)) {
            log.fill(30);
            log.reopenLog();
            log.check();
            assertThat(log.log().durableEnd().offset())
                    .as("the durable end of a log that was closed at 300 and opened again")
                    .isEqualTo(300);
            log.fill(30);
            log.reopenLog();
            log.check();
        }
    }

    /** A durable store that was closed comes back as it was. */
    @Test
    default void aDurableStoreComesBackAsItWas() {
        assumeTrue(can(Capability.DURABLE), "the store does not declare DURABLE");
        try (LogUnderTest log = LogUnderTest.open(this)) {
            for (int round = 0; round < 3; round++) {
                log.fill(15);
                log.restart();
                log.check();
            }
            log.truncateTo(203);
            log.restart();
            log.check();
            log.advanceStart(101);
            log.restart();
            log.check();
            log.reset(5_000);
            log.restart();
            log.check();
        }
    }

    /** A durable store that was abandoned comes back with what was appended, recovered. */
    @Test
    default void anAbandonedDurableStoreComesBackWithWhatWasAppended() {
        assumeTrue(can(Capability.DURABLE), "the store does not declare DURABLE");
        try (LogUnderTest log = LogUnderTest.open(this)) {
            for (int round = 0; round < 3; round++) {
                log.fill(15);
                log.restart(LogStore::abandon);
                log.check();
            }
        }
    }

    /** Logs of one store do not disturb each other. */
    @Test
    default void manyLogsStayApart() {
        SimContext context = context();
        try (LogStore store = LogUnderTest.start(this, context)) {
            List<LogId> ids = new ArrayList<>();
            for (int i = 0; i < 30; i++) {
                ids.add(LogUnderTest.id(i % 2 == 0 ? "orders" : "a.b_c-9", i, i % 2));
            }
            List<PartitionLog> logs = new ArrayList<>();
            for (LogId id : ids) {
                logs.add(store.open(id, smallSegments()));
            }
            List<LogState> states = new ArrayList<>();
            for (int i = 0; i < logs.size(); i++) {
                states.add(LogState.EMPTY);
            }
            for (int round = 0; round < 5; round++) {
                for (int i = 0; i < logs.size(); i++) {
                    SampleBatch batch = SampleBatch.of(round * 10L + i, round * 10L + i, 100, i);
                    logs.get(i).append(SampleBatchSet.of(List.of(batch)));
                    states.set(i, states.get(i).append(batch));
                }
            }
            for (int i = 0; i < logs.size(); i++) {
                LogInspection.compare(logs.get(i), states.get(i));
            }
            assertThat(store.stored())
                    .as("what stored() tells of a store with 30 open logs")
                    .containsExactlyInAnyOrderElementsOf(ids);
        }
    }

    /** A store tells what it holds, opened or not. */
    @Test
    default void aDurableStoreTellsWhatItHolds() {
        assumeTrue(can(Capability.DURABLE), "the store does not declare DURABLE");
        SimContext context = context();
        LogId one = LogUnderTest.id("orders", 0, 1);
        LogId other = LogUnderTest.id("orders-0", 12, 2);
        try (LogStore store = LogUnderTest.start(this, context)) {
            assertThat(store.stored()).as("what stored() tells of a new store").isEmpty();
            store.open(one, smallSegments());
            store.open(other, smallSegments());
        }
        try (LogStore store = LogUnderTest.start(this, context.restarted())) {
            assertThat(store.stored())
                    .as("what stored() tells after a restart")
                    .containsExactlyInAnyOrder(one, other);
        }
    }

    /** A deleted log is gone, and its name is free for a topic created again. */
    @Test
    default void aDeletedLogIsGoneAndItsNameIsFree() {
        SimContext context = context();
        LogId old = LogUnderTest.id("orders", 0, 1);
        LogId created = LogUnderTest.id("orders", 0, 2);
        try (LogStore store = LogUnderTest.start(this, context)) {
            PartitionLog log = store.open(old, smallSegments());
            log.append(SampleBatchSet.of(List.of(SampleBatch.of(0, 9, 1, 0, 500, 1))));
            log.close();
            store.delete(old);
            assertThat(store.stored())
                    .as("what stored() tells after the only log was deleted")
                    .isEmpty();

            PartitionLog again = store.open(created, smallSegments());
            assertThat(again.bounds())
                    .as("the bounds of a log whose name another one had that was deleted")
                    .isEqualTo(new LogBounds(0, 0));
            SampleBatch batch = SampleBatch.of(0, 4, 1, 0, 50, 2);
            again.append(SampleBatchSet.of(List.of(batch)));
            context.clock().advance(smallSegments().fileDeleteDelay().multipliedBy(2));
            LogInspection.compare(again, LogState.EMPTY.append(batch));
            assertThat(store.stored())
                    .as("what stored() tells after the old log is deleted and the new one is open")
                    .containsExactly(created);
            again.close();
            store.delete(old);
            assertThat(store.stored())
                    .as("what stored() tells after the log of the old topic was deleted again")
                    .containsExactly(created);
        }
        if (can(Capability.DURABLE)) {
            try (LogStore store = LogUnderTest.start(this, context.restarted())) {
                assertThat(store.stored())
                        .as("what stored() tells after a restart")
                        .containsExactly(created);
            }
        }
    }

    /** Deleting a log that was never there does nothing. */
    @Test
    default void deletingWhatIsNotThereDoesNothing() {
        try (LogStore store = LogUnderTest.start(this, context())) {
            store.delete(LogUnderTest.id("nowhere", 0, 9));

            assertThat(store.stored())
                    .as("what stored() tells after a log was deleted that never was")
                    .isEmpty();
        }
    }

    /** Every log lies in a directory of the store, which has an identity that lasts. */
    @Test
    default void logsLieInDirectoriesOfTheStore() {
        try (LogUnderTest log = LogUnderTest.open(this)) {
            assertThat(log.store().directories()).as("the directories of a store").isNotEmpty();
            LogDirectory directory = log.log().directory();
            assertThat(log.store().directories().stream().map(LogDirectory::id))
                    .as("the directories of a store, of which a log's own is one")
                    .contains(directory.id());
            assertThat(directory.failure()).as("the failure of a directory that is well").isEmpty();
            assertThat(directory.location())
                    .as("the location of a directory, for people")
                    .isNotBlank();
            assertThat(directory.space().totalBytes())
                    .as("the size of the volume, which is -1 if that has no meaning")
                    .isGreaterThanOrEqualTo(-1);
            if (can(Capability.DURABLE)) {
                log.restart();
                assertThat(log.log().directory().id())
                        .as("the identity of a directory after a restart")
                        .isEqualTo(directory.id());
            }
        }
    }
}
