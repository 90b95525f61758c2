package mortise.tck.partition;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import mortise.api.config.Config;
import mortise.api.config.ConfigSchema;
import mortise.spi.Capability;
import mortise.spi.PluginContext;
import mortise.spi.partition.Partitioner;
import mortise.spi.partition.PartitionerProvider;
import mortise.spi.partition.TopicView;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A kit that cannot fail proves nothing: partitioners with a flaw are found out. */
@SuppressWarnings("JUnitMethodInvoked") // the tests of the kit are what is tested
class KitFindsPartitionerFlawsTest {
    /** A partitioner made for this test. */
    private interface Made {
        Partitioner make(PluginContext context);
    }

    private record Sample(String name, Made made) implements PartitionerProvider {
        @Override
        public ConfigSchema config() {
            return ConfigSchema.empty();
        }

        @Override
        public Set<Capability> capabilities() {
            return Set.of(Capability.KEYED);
        }

        @Override
        public Partitioner create(Config config, PluginContext context) {
            return made.make(context);
        }
    }

    private static PartitionerContract kit(String name, Made made) {
        return () -> new Sample(name, made);
    }

    private static PartitionerContract kit(Made made) {
        return kit("sample", made);
    }

    private static int hash(@Nullable ByteBuffer key, int count) {
        return key == null ? 0 : Math.floorMod(key.hashCode(), count);
    }

    private static final PartitionerContract SOUND =
            kit(context -> {
                AtomicInteger next = new AtomicInteger();
                return (topic, key, bytes) -> {
                    if (key != null) {
                        return hash(key, topic.partitionCount());
                    }
                    int partition = Math.floorMod(next.getAndIncrement(), topic.partitionCount());
                    for (int i = 0; i < topic.partitionCount(); i++) {
                        if (topic.hasLeader((partition + i) % topic.partitionCount())) {
                            return (partition + i) % topic.partitionCount();
                        }
                    }
                    return partition;
                };
            });

    private static void found(ThrowingCallable test) {
        assertThatThrownBy(test).isInstanceOf(Throwable.class);
    }

    @Test
    void aSoundOnePasses() {
        assertThatCode(
                        () -> {
                            SOUND.itsNameIsLowerCaseWithDashes();
                            SOUND.itNeedsNothingThatAProducerLacks();
                            SOUND.everyAnswerIsAPartitionOfTheTopic(1, new Random(1));
                            SOUND.equalKeysMeet(1, new Random(1));
                            SOUND.aKeyIsNotKept(1, new Random(1));
                            SOUND.keysReachEveryPartition(1, new Random(1));
                            SOUND.recordsWithoutAKeyReachEveryPartitionWithALeader(1);
                            SOUND.recordsWithoutAKeyLeaveAPartitionThatLosesItsLeader(1);
                            SOUND.manyThreadsMayAskAtOnce();
                            SOUND.choosingOnlyComputes();
                        })
                .doesNotThrowAnyException();
    }

    @Test
    void aNameInCapitalsIsFound() {
        found(() ->
                kit("Sample", context -> (topic, key, bytes) -> 0).itsNameIsLowerCaseWithDashes());
    }

    @Test
    void timersAreMissedInAProducer() {
        found(() ->
                kit(
                                context -> {
                                    context.timers();
                                    return (topic, key, bytes) -> 0;
                                })
                        .itNeedsNothingThatAProducerLacks());
    }

    @Test
    void aFileThatIsReadForARecordIsFound() {
        PartitionerContract reading =
                kit(context ->
                        (topic, key, bytes) -> {
                            try {
                                return Files.readString(Path.of("pom.xml")).length()
                                        % topic.partitionCount();
                            } catch (IOException unreadable) {
                                return 0;
                            }
                        });
        assertThatThrownBy(reading::choosingOnlyComputes)
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("what partition of partitioner 'sample' does")
                .hasMessageContaining("calls java.nio.file.Files.readString");
    }

    @Test
    void whatIsReadAtTheStartIsThere() {
        PartitionerContract kit =
                kit(context ->
                        new Partitioner() {
                            private int read;

                            @Override
                            public void start() throws IOException {
                                read = Files.readString(Path.of("pom.xml")).length();
                            }

                            @Override
                            public int partition(
                                    TopicView topic, @Nullable ByteBuffer key, int bytes) {
                                return read == 0 ? -1 : 0;
                            }
                        });
        assertThatCode(
                        () -> {
                            kit.creatingItOnlyComputes();
                            kit.itNeedsNothingThatAProducerLacks();
                            kit.choosingOnlyComputes();
                        })
                .doesNotThrowAnyException();
    }

    @Test
    void aNegativeRemainderIsFound() {
        found(() ->
                kit(context ->
                                (topic, key, bytes) ->
                                        key == null ? 0 : key.hashCode() % topic.partitionCount())
                        .everyAnswerIsAPartitionOfTheTopic(1, new Random(1)));
    }

    @Test
    void keysThatFleeAPartitionWithoutALeaderAreFound() {
        found(() ->
                kit(context ->
                                (topic, key, bytes) -> {
                                    int partition = hash(key, topic.partitionCount());
                                    return topic.hasLeader(partition)
                                            ? partition
                                            : (partition + 1) % topic.partitionCount();
                                })
                        .equalKeysMeet(1, new Random(1)));
    }

    @Test
    void aHashOfTheWholeArrayIsFound() {
        found(() ->
                kit(context ->
                                (topic, key, bytes) ->
                                        key == null
                                                ? 0
                                                : hash(
                                                        key.duplicate().clear(),
                                                        topic.partitionCount()))
                        .equalKeysMeet(1, new Random(1)));
    }

    @Test
    void aKeyThatIsKeptIsFound() {
        found(() ->
                kit(
                                context -> {
                                    ByteBuffer[] last = new ByteBuffer[] {ByteBuffer.allocate(0)};
                                    return (topic, key, bytes) -> {
                                        int partition = hash(last[0], topic.partitionCount());
                                        last[0] = key == null ? last[0] : key;
                                        return partition;
                                    };
                                })
                        .aKeyIsNotKept(1, new Random(1)));
    }

    @Test
    void aPartitionThatIsNeverReachedIsFound() {
        found(() ->
                kit(context -> (topic, key, bytes) -> hash(key, topic.partitionCount() - 1))
                        .keysReachEveryPartition(1, new Random(1)));
    }

    @Test
    void recordsForPartitionsWithoutALeaderAreFound() {
        PartitionerContract blind =
                kit(context -> {
                    AtomicInteger next = new AtomicInteger();
                    return (topic, key, bytes) ->
                            Math.floorMod(next.getAndIncrement(), topic.partitionCount());
                });
        found(() -> blind.recordsWithoutAKeyReachEveryPartitionWithALeader(1));
        PartitionerContract stubborn = kit(context -> (topic, key, bytes) -> 1);
        found(() -> stubborn.recordsWithoutAKeyLeaveAPartitionThatLosesItsLeader(1));
    }

    @Test
    void anAnswerThatASecondThreadBreaksIsFound() {
        found(() ->
                kit(
                                context -> {
                                    Set<Thread> seen = ConcurrentHashMap.newKeySet();
                                    return (topic, key, bytes) -> {
                                        seen.add(Thread.currentThread());
                                        return seen.size() == 1 ? 0 : topic.partitionCount();
                                    };
                                })
                        .manyThreadsMayAskAtOnce());
    }
}
