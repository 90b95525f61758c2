package mortise.storage.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import mortise.api.config.Config;
import mortise.spi.storage.LogId;
import mortise.spi.storage.LogStore;
import mortise.spi.storage.PartitionLog;
import mortise.spi.storage.StorageException;
import mortise.spi.storage.StorageException.Reach;
import mortise.tck.sim.Fault;
import mortise.tck.sim.SimContext;
import mortise.tck.sim.SimDisk;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who may use a log directory, what it is called, and what happens when it fails. */
class LogDirectoryTest {
    private static final Map<String, String> TWO = Map.of("storage.local.directories", "a,b");

    private final SimDisk disk = SimDisk.create(1);
    private final SimContext context = SimContext.on(disk, 1).withInlineThreads();

    private static LogStore store(SimContext context, Map<String, String> config) {
        LocalStorageProvider provider = new LocalStorageProvider();
        return provider.create(Config.of(provider.config(), config), context);
    }

    private LogStore started(Map<String, String> config) {
        LogStore store = store(context, config);
        store.start();
        return store;
    }

    private Path directory(String name) throws IOException {
        return Files.createDirectories(context.dataDirectory().resolve(name));
    }

    @Test
    void aSecondBrokerOfThisProcessIsRefusedAndTheFirstKeepsItsLock(@TempDir Path data)
            throws IOException {
        Path locks = Path.of("/proc/locks");
        assumeTrue(Files.isReadable(locks), "the system does not show its locks");
        SimContext real = SimContext.on(data, 1);
        LogStore first = store(real, Map.of());
        first.start();
        Path lock = data.resolve("logs").resolve(".lock");
        String held = ":" + Files.getAttribute(lock, "unix:ino") + " ";
        assertThat(Files.readString(locks)).contains(held);

        assertThatThrownBy(() -> store(real, Map.of()).start())
                .isInstanceOf(StorageException.class)
                .hasMessageContaining("is held by another broker in this process")
                .hasMessageContaining("storage.local.directories");

        assertThat(Files.readString(locks)).contains(held);
        first.close();
        assertThat(Files.readString(locks)).doesNotContain(held);
        LogStore again = store(real, Map.of());
        again.start();
        again.close();
    }

    @Test
    void anotherProcessThatHoldsTheDirectoryIsNamed() throws IOException {
        Files.writeString(directory("logs").resolve(".lock"), "node 7, process 4711");
        disk.lockedByAnotherProcess(path -> path.endsWith(".lock"));

        assertThatThrownBy(() -> started(Map.of()))
                .isInstanceOf(StorageException.class)
                .hasMessageContaining("log directory /data/logs is held by node 7, process 4711");
    }

    @Test
    void aDirectoryOfApacheKafkaIsRefusedAndLeftAsItIs() throws IOException {
        Path kafka = directory("logs");
        Files.writeString(kafka.resolve("meta.properties"), "version=1\n");

        assertThatThrownBy(() -> started(Map.of()))
                .isInstanceOf(StorageException.class)
                .hasMessageContaining("belongs to an Apache Kafka broker");
        assertThat(kafka.resolve("mortise-directory")).doesNotExist();
        Files.delete(kafka.resolve("meta.properties"));
        started(Map.of()).close(); // the refusal has let go of it
    }

    @Test
    void theIdentityLastsAndAnUnknownFormatIsRefused() throws IOException {
        LogStore store = started(Map.of());
        UUID id = store.directories().getFirst().id();
        store.close();
        Path identity = directory("logs").resolve("mortise-directory");
        assertThat(identity).hasContent("version: 0\ndirectory_id: " + id + "\nnode_id: 0\n");
        LogStore again = started(Map.of());
        assertThat(again.directories().getFirst().id()).isEqualTo(id);
        again.close();
        Files.writeString(identity, "version: 1\ndirectory_id: " + id + "\n");

        assertThatThrownBy(() -> started(Map.of()))
                .isInstanceOf(StorageException.class)
                .hasMessageContaining("begins with 'version: 1'; 'version: 0' was expected");
    }

    @Test
    void aDirectoryFailsAloneAndTheOthersTakeNewLogs() {
        LogStore store = started(TWO);
        PartitionLog one = store.open(Broker.id("one", 0), Broker.SMALL);
        PartitionLog other = store.open(Broker.id("other", 0), Broker.SMALL);
        assertThat(one.directory()).isNotSameAs(other.directory());
        String broken = one.directory().location();
        try (Fault fault =
                disk.failWrites(
                        path -> path.startsWith(broken), new IOException("Input/output error"))) {
            assertThatThrownBy(() -> one.append(Batches.of(0, 1, 10, 1)))
                    .isInstanceOfSatisfying(
                            StorageException.class,
                            failed -> assertThat(failed.reach()).isEqualTo(Reach.DIRECTORY))
                    .hasMessageContaining("log directory " + broken + " has failed")
                    .hasMessageContaining("Input/output error");
            assertThat(fault.met()).isPositive();
        }
        assertThat(one.directory().failure()).isPresent();
        assertThatThrownBy(() -> one.read(0, one.end(), 1, true))
                .isInstanceOf(StorageException.class);
        other.append(Batches.of(0, 3, 10, 1));
        assertThat(other.sync().offset()).isEqualTo(3);
        for (int i = 0; i < 3; i++) {
            assertThat(store.create(Broker.id("new", i), Broker.SMALL).directory())
                    .isSameAs(other.directory());
        }
        store.close();
        LogStore again = started(TWO);
        assertThat(again.open(Broker.id("other", 0), Broker.SMALL).bounds().endOffset())
                .isEqualTo(3);
        again.close();
    }

    @Test
    void aStoreThatDidNotStartLeavesNoMarkOfACleanStop() throws IOException {
        LogStore crashed = started(Map.of());
        crashed.open(Broker.ORDERS_3, Broker.SMALL).append(Batches.of(0, 1, 10, 1));
        crashed.abandon();
        LocalStorageProvider provider = new LocalStorageProvider();
        LogStore idle = provider.create(Config.of(provider.config(), Map.of()), context);
        idle.close();
        assertThat(directory("logs").resolve(".kafka_cleanshutdown")).doesNotExist();
        LogStore next = started(Map.of());
        assertThat(next.open(Broker.ORDERS_3, Broker.SMALL).bounds().endOffset()).isEqualTo(1);
        next.close();
    }

    @Test
    void onlyACleanStopLeavesTheMarkOfOne() throws IOException {
        Path mark = directory("logs").resolve(".kafka_cleanshutdown");
        LogStore store = started(Map.of());
        store.open(Broker.ORDERS_3, Broker.SMALL).append(Batches.of(0, 1, 10, 1));
        store.close();
        assertThat(mark).hasContent("{\"version\":0,\"brokerEpoch\":-1}");
        store = started(Map.of());
        assertThat(mark).doesNotExist();
        PartitionLog log = store.open(Broker.ORDERS_3, Broker.SMALL);
        try (Fault fault = disk.failForces(path -> true, new IOException("Input/output error"))) {
            log.append(Batches.of(1, 1, 10, 1));
            assertThatThrownBy(store::close).isInstanceOf(StorageException.class);
            assertThat(fault.met()).isPositive();
        }
        assertThat(mark).doesNotExist();
    }

    @Test
    void whatIsNoLogIsLeftAloneAndALogWithoutIdentityIsMovedAwayWhenItsTopicIsDeleted()
            throws IOException {
        Path foreign = directory("logs/notes");
        Path nameless = directory("logs/orders-3");
        Files.writeString(nameless.resolve("00000000000000000000.log"), "somebody's");
        LogStore store = started(Map.of());
        assertThat(store.stored()).isEmpty();
        store.delete(Broker.ORDERS_3);
        PartitionLog log = store.open(Broker.id("orders", 3), Broker.SMALL);
        assertThat(log.bounds().endOffset()).isZero();
        log.append(Batches.of(0, 1, 10, 1));
        store.close();

        assertThat(foreign).isDirectory();
        try (var found = Files.list(directory("logs"))) {
            List<Path> stray = found.filter(path -> path.toString().endsWith("-stray")).toList();
            assertThat(stray).hasSize(1);
            assertThat(stray.getFirst().resolve("00000000000000000000.log"))
                    .hasContent("somebody's");
        }
        assertThat(context.logger().lines())
                .anyMatch(line -> line.text().contains("/data/logs/notes is left alone"))
                .anyMatch(line -> line.text().contains("remove it when you are sure"));
    }

    @Test
    void tenThousandPartitionsStayBelowTheBoundOfOpenFiles() {
        LogStore store =
                started(
                        Map.of(
                                "storage.local.open-files", "100",
                                "storage.local.checkpoint-interval", "1h"));
        LocalLogStore local = (LocalLogStore) store;
        List<PartitionLog> logs =
                java.util.stream.IntStream.range(0, 10_000)
                        .mapToObj(i -> store.open(Broker.id("many", i), Broker.SMALL))
                        .toList();
        assertThat(local.openFiles()).isZero();
        for (int i = 0; i < logs.size(); i++) {
            logs.get(i).append(Batches.of(0, 1, 10, i));
            assertThat(local.openFiles()).isLessThanOrEqualTo(100);
        }
        for (int i = 0; i < logs.size(); i += 97) {
            logs.get(i).sync();
            assertThat(logs.get(i).offsetAtOrAfter(i)).isPresent();
            assertThat(local.openFiles()).isLessThanOrEqualTo(100);
        }
        logs.get(5).append(Batches.of(1, 1, 10, 5)); // its channel was closed meanwhile
        assertThat(logs.get(5).offsetAtOrAfter(5)).isPresent();
        assertThat(logs.get(5).end().offset()).isEqualTo(2);
    }

    @Test
    void removedLogsGoAfterTheirDelayAndLeaveTheirName() throws IOException {
        LogStore store = started(Map.of());
        LogId id = Broker.ORDERS_3;
        store.open(id, Broker.SMALL).append(Batches.of(0, 1, 10, 1));
        store.delete(id);
        assertThat(names("-delete")).isEqualTo(1);
        assertThat(names("orders-3")).isZero();
        context.clock().advance(Duration.ofSeconds(59));
        assertThat(names("-delete")).isEqualTo(1);
        context.clock().advance(Duration.ofSeconds(2));
        assertThat(names("-delete")).isZero();
        store.open(id, Broker.SMALL);
        store.delete(id);
        store.close(); // before the delay has passed: the next start removes it
        started(Map.of()).close();
        assertThat(names("-delete")).isZero();
    }

    private long names(String suffix) throws IOException {
        try (var found = Files.list(directory("logs"))) {
            return found.filter(path -> path.toString().endsWith(suffix)).count();
        }
    }
}
