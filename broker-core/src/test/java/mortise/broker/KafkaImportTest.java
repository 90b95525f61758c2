package mortise.broker;

import static mortise.broker.KafkaFiles.batch;
import static mortise.broker.KafkaFiles.marker;
import static mortise.broker.KafkaFiles.transactional;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.random.RandomGenerator;
import mortise.api.TopicId;
import mortise.api.TopicPartition;
import mortise.broker.cluster.ImportedTopics;
import mortise.record.RecordBatch;
import mortise.spi.storage.AbortedTransaction;
import mortise.spi.storage.LogBounds;
import mortise.spi.storage.LogId;
import mortise.spi.storage.LogSettings;
import mortise.spi.storage.PartitionLog;
import mortise.tck.sim.Seeded;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of a directory of Apache Kafka's, sound or not. */
class KafkaImportTest {
    private static final TopicId ID = new TopicId(new UUID(0x0123456789ABCDEFL, 1));
    private static final TopicId OTHER = new TopicId(new UUID(0x0123456789ABCDEFL, 2));

    @TempDir private Path directory;
    private Path data;
    private KafkaFiles kafka;

    @BeforeEach
    void aStoppedKafka() {
        data = directory.resolve("data");
        kafka = new KafkaFiles(directory.resolve("kafka"));
    }

    private BrokerBuilder builder() {
        return new BrokerBuilder()
                .set("data.directory", data.toString())
                .set("listeners", "127.0.0.1:0");
    }

    private KafkaImport.Preview preview(String... topics) {
        try (KafkaImport opened = builder().kafkaImport(List.of(kafka.directory()))) {
            return opened.preview(request(topics));
        }
    }

    private KafkaImport.Request request(String... topics) {
        return new KafkaImport.Request(List.of(kafka.directory()), null, Set.of(topics));
    }

    private List<KafkaImport.Imported> run(String... topics) {
        List<KafkaImport.Imported> imported = new ArrayList<>();
        try (KafkaImport opened = builder().kafkaImport(List.of(kafka.directory()))) {
            opened.run(request(topics), imported::add);
        }
        return imported;
    }

    private void runsWell() {
        assertThat(run()).allSatisfy(one -> assertThat(one.problem()).as(one.name()).isNull());
    }

    /** How many topics a broker serves that starts now. */
    private int served() {
        try (Broker broker = builder().start()) {
            return broker.status().topics();
        }
    }

    private LogBounds bounds(String topic, TopicId id) {
        try (OfflineLogs logs = builder().offlineLogs();
                PartitionLog log =
                        logs.store()
                                .open(
                                        new LogId(id, new TopicPartition(topic, 0)),
                                        LogSettings.DEFAULTS)) {
            return log.bounds();
        }
    }

    /** The bytes of all batches. */
    private byte[] bytes(String topic, TopicId id) {
        try (OfflineLogs logs = builder().offlineLogs();
                PartitionLog log =
                        logs.store()
                                .open(
                                        new LogId(id, new TopicPartition(topic, 0)),
                                        LogSettings.DEFAULTS);
                var slice = log.read(log.bounds().startOffset(), log.end(), 1 << 20, true)) {
            ByteBuffer copy = slice.copy();
            byte[] bytes = new byte[copy.remaining()];
            copy.get(bytes);
            return bytes;
        }
    }

    @Test
    void recordsAndTopicsAreServedAsTheyWere() throws IOException {
        kafka.topic("orders", ID, 2, Map.of("retention.ms", "-1"));
        kafka.append("orders", 0, 0, batch(0, 3), batch(7, 2));
        kafka.append("orders", 0, 9, batch(9, 1));

        KafkaImport.Preview preview = preview();
        assertThat(preview.topics())
                .as("preview")
                .singleElement()
                .satisfies(topic -> {
                    assertThat(topic.id()).as("ID").isEqualTo(ID.toString());
                    assertThat(topic.partitions()).as("partitions").isEqualTo(2);
                    assertThat(topic.configs())
                            .as("configs")
                            .isEqualTo(Map.of("retention.ms", "-1"));
                });
        assertThat(data).as("after a preview").doesNotExist();

        runsWell();

        assertThat(data.resolve(ImportedTopics.FILE)).as("before a start").exists();
        assertThat(served()).as("topics").isEqualTo(1);
        assertThat(data.resolve(ImportedTopics.FILE)).as("after a start").doesNotExist();
        assertThat(served()).as("topics after another start").isEqualTo(1);
        assertThat(bounds("orders", ID)).as("bounds").isEqualTo(new LogBounds(0, 10));
        byte[] before = Files.readAllBytes(kafka.segment("orders", 0, 0));
        byte[] after = Files.readAllBytes(kafka.segment("orders", 0, 9));
        byte[] both = new byte[before.length + after.length];
        System.arraycopy(before, 0, both, 0, before.length);
        System.arraycopy(after, 0, both, before.length, after.length);
        assertThat(bytes("orders", ID)).as("bytes").isEqualTo(both);
        assertThat(run()).as("a second import").isEmpty();
    }

    @Test
    void whatWasDeletedStaysDeleted() {
        kafka.topic("orders", ID, 1, Map.of());
        kafka.append("orders", 0, 0, batch(0, 3), batch(3, 4));
        kafka.checkpoint("log-start-offset-checkpoint", "orders", 0, 5);
        kafka.topic("emptied", OTHER, 1, Map.of());
        kafka.append("emptied", 0, 0, batch(0, 3));

        runsWell();

        assertThat(bounds("orders", ID)).as("bounds").isEqualTo(new LogBounds(5, 7));
    }

    @Test
    void everythingDeletedLeavesTheOffsets() throws IOException {
        kafka.topic("orders", ID, 1, Map.of());
        Files.delete(kafka.segment("orders", 0, 0));
        KafkaFiles.write(kafka.segment("orders", 0, 42), "");

        runsWell();

        assertThat(bounds("orders", ID)).as("bounds").isEqualTo(new LogBounds(42, 42));
        assertThat(served()).as("topics").isEqualTo(1);
    }

    @Test
    void theEndOfACompactedLogStaysWhereItWas() {
        kafka.topic("orders", ID, 1, Map.of("cleanup.policy", "compact"));
        kafka.append("orders", 0, 0, batch(3, 2));
        KafkaFiles.write(kafka.segment("orders", 0, 20), "");

        runsWell();

        assertThat(bounds("orders", ID)).as("bounds").isEqualTo(new LogBounds(0, 20));
        assertThat(served()).as("topics").isEqualTo(1);
    }

    @Test
    void abortedTransactionsAreKept() {
        kafka.topic("orders", ID, 1, Map.of());
        kafka.append(
                "orders",
                0,
                0,
                transactional(0, 2, 7),
                transactional(2, 1, 8),
                transactional(3, 1, 7),
                marker(4, 7, false),
                marker(5, 8, true),
                transactional(6, 1, 8),
                marker(7, 8, false),
                transactional(8, 1, 9));

        assertThat(run())
                .singleElement()
                .satisfies(one ->
                        assertThat(String.join("; ", one.notes()))
                                .as("notes")
                                .contains("1 transactions that nobody would end")
                                .contains("offset 8"));
        try (OfflineLogs logs = builder().offlineLogs();
                PartitionLog log =
                        logs.store()
                                .open(
                                        new LogId(ID, new TopicPartition("orders", 0)),
                                        LogSettings.DEFAULTS)) {
            assertThat(log.bounds()).as("bounds").isEqualTo(new LogBounds(0, 10));
            assertThat(log.abortedTransactions(0, 10))
                    .as("aborted")
                    .containsExactly(
                            new AbortedTransaction(7, 0, 4, 2),
                            new AbortedTransaction(8, 6, 7, 8),
                            new AbortedTransaction(9, 8, 9, 10));
        }
    }

    @Test
    void aKilledKafkaLogEndsAtItsLastWholeBatch() throws IOException {
        kafka.topic("orders", ID, 1, Map.of());
        kafka.append("orders", 0, 0, batch(0, 3), batch(3, 4));
        cut(kafka.segment("orders", 0, 0), 5);
        kafka.append("orders", 0, 7, batch(7, 1));
        kafka.killed("orders", 0, 3);

        assertThat(preview().notes()).as("preview").anyMatch(note -> note.contains("cleanly"));
        assertThat(run())
                .singleElement()
                .satisfies(one -> {
                    assertThat(one.problem()).as("problem").isNull();
                    assertThat(one.notes().getFirst())
                            .as("note")
                            .contains("orders-0 ends at offset 3")
                            .contains("00000000000000000000.log");
                });
        assertThat(bounds("orders", ID)).as("bounds").isEqualTo(new LogBounds(0, 3));
    }

    private static void cut(Path file, int bytes) throws IOException {
        byte[] all = Files.readAllBytes(file);
        Files.write(file, Arrays.copyOf(all, all.length - bytes));
    }

    @Test
    void damageOfWhatWasSafeRefusesTheTopicAndNoOther() throws IOException {
        kafka.topic("bills", OTHER, 1, Map.of());
        kafka.append("bills", 0, 0, batch(0, 1));
        kafka.topic("orders", ID, 1, Map.of());
        kafka.append("orders", 0, 0, batch(0, 3), batch(3, 4));
        Path segment = kafka.segment("orders", 0, 0);
        byte[] sound = Files.readAllBytes(segment);
        byte[] bad = sound.clone();
        bad[bad.length - 3] ^= 1;
        Files.write(segment, bad);

        assertThat(run())
                .filteredOn(one -> one.problem() != null)
                .singleElement()
                .satisfies(one ->
                        assertThat(one.problem())
                                .as("problem")
                                .contains(segment.toString())
                                .contains("damaged"));
        assertThat(served()).as("topics").isEqualTo(1);

        Files.write(segment, sound);
        runsWell();
        assertThat(served()).as("topics once the file is restored").isEqualTo(2);
    }

    @Test
    void olderFormatsAreRefusedByName() throws IOException {
        kafka.topic("orders", ID, 1, Map.of());
        RecordBatch batch = batch(0, 1);
        batch.buffer().put(16, (byte) 1);
        kafka.append("orders", 0, 0, batch);

        assertThat(run())
                .singleElement()
                .satisfies(one ->
                        assertThat(one.problem()).as("problem").contains("message format 1"));
    }

    @Test
    void anUnfinishedSwapIsRefusedByName() {
        kafka.topic("orders", ID, 1, Map.of());
        KafkaFiles.write(kafka.partition("orders", 0).resolve("00000000000000000000.log.swap"), "");

        assertThat(preview().leftBehind().get("orders"))
                .as("reason")
                .contains(".log.swap")
                .contains("stop it cleanly");
    }

    @Test
    void whatCannotBeIsLeftBehindByName() throws IOException {
        kafka.topic("orders", ID, 2, Map.of());
        Files.delete(kafka.segment("orders", 1, 0));
        Files.delete(kafka.partition("orders", 1).resolve("partition.metadata"));
        Files.delete(kafka.partition("orders", 1));
        kafka.topic("__consumer_offsets", OTHER, 1, Map.of());
        kafka.topic(
                "tiered", new TopicId(new UUID(1, 3)), 1, Map.of("remote.storage.enable", "true"));
        kafka.topic(
                "kept",
                new TopicId(new UUID(1, 4)),
                1,
                Map.of("follower.replication.throttled.replicas", "*", "segment.ms", "7"));

        KafkaImport.Preview preview = preview();

        assertThat(preview.leftBehind().get("orders")).as("orders").contains("partition 1");
        assertThat(preview.leftBehind().get("__consumer_offsets"))
                .as("offsets")
                .contains("consumer groups");
        assertThat(preview.leftBehind().get("tiered")).as("tiered").contains("remote storage");
        assertThat(preview.topics())
                .as("topics")
                .singleElement()
                .satisfies(topic -> {
                    assertThat(topic.configs()).as("configs").isEqualTo(Map.of("segment.ms", "7"));
                    assertThat(topic.refusedConfigs())
                            .as("refused")
                            .containsOnlyKeys("follower.replication.throttled.replicas");
                });
        assertThatThrownBy(() -> preview("orders"))
                .isInstanceOf(RefusedImportException.class)
                .hasMessageContaining("partition 1");
        assertThatThrownBy(() -> preview("nowhere"))
                .isInstanceOf(RefusedImportException.class)
                .hasMessageContaining("nowhere");
    }

    @Test
    void aNameThatAnotherTopicHasIsRefusedBeforeAnythingIsWritten() {
        kafka.topic("my.orders", ID, 1, Map.of());
        kafka.topic("bills", OTHER, 1, Map.of());
        try (OfflineLogs logs = OfflineLogs.openOrFormat(builder().assembly());
                PartitionLog log =
                        logs.store()
                                .create(
                                        new LogId(
                                                new TopicId(new UUID(5, 5)),
                                                new TopicPartition("my_orders", 0)),
                                        LogSettings.DEFAULTS)) {
            log.sync();
        }

        assertThatThrownBy(this::run)
                .isInstanceOf(RefusedImportException.class)
                .hasMessageContaining("my.orders");
        assertThat(data.resolve(ImportedTopics.FILE)).as("nothing written").doesNotExist();
        assertThat(run("bills")).as("another topic").hasSize(1);
    }

    @Test
    void anInterruptedImportServesNothingAndIsBegunAgain() throws IOException {
        kafka.topic("orders", ID, 1, Map.of());
        kafka.append("orders", 0, 0, batch(0, 3));
        try (OfflineLogs logs = OfflineLogs.openOrFormat(builder().assembly())) {
            ImportedTopics.NONE.withCopying(ID, "orders").write(data);
            LogId id = new LogId(ID, new TopicPartition("orders", 0));
            try (PartitionLog log = logs.store().create(id, LogSettings.DEFAULTS)) {
                log.reset(77); // whatever was there when it ended
                log.sync();
            }
            logs.store().abandon();
        }

        assertThat(served()).as("topics of a half import").isZero();
        assertThat(data.resolve(ImportedTopics.FILE)).as("still noted").exists();

        runsWell();

        assertThat(bounds("orders", ID)).as("bounds").isEqualTo(new LogBounds(0, 3));
        assertThat(served()).as("topics").isEqualTo(1);
        assertThat(data.resolve(ImportedTopics.FILE)).as("no longer noted").doesNotExist();
    }

    @Test
    void aFileThatCannotBeBelievedIsNamedAndKept() throws IOException {
        kafka.topic("orders", ID, 1, Map.of());
        runsWell();
        Path file = data.resolve(ImportedTopics.FILE);
        String text = Files.readString(file);
        Files.writeString(file, text.replace("orders", "others"));

        assertThat(served()).as("topics").isZero();
        assertThat(file).as("kept").exists();
        assertThatThrownBy(this::run)
                .isInstanceOf(RefusedImportException.class)
                .hasMessageContaining(ImportedTopics.FILE)
                .hasMessageContaining("checksum");

        Files.writeString(file, text);
        assertThat(served()).as("topics once it is restored").isEqualTo(1);
    }

    @Test
    void directoriesOfTwoClustersAreRefused() {
        kafka.topic("orders", ID, 1, Map.of());
        KafkaFiles other = new KafkaFiles(directory.resolve("other"));
        KafkaFiles.write(
                other.directory().resolve("meta.properties"),
                "version=1\ncluster.id=another\nnode.id=1\n");

        assertThatThrownBy(
                        () -> builder().kafkaImport(List.of(kafka.directory(), other.directory())))
                .isInstanceOf(RefusedImportException.class)
                .hasMessageContaining("another")
                .hasMessageContaining("one after the other");
        assertThatThrownBy(
                        () -> builder().kafkaImport(List.of(kafka.directory(), kafka.directory())))
                .isInstanceOf(RefusedImportException.class)
                .hasMessageContaining("named twice");
        assertThatThrownBy(() -> builder().kafkaImport(List.of(directory)))
                .isInstanceOf(RefusedImportException.class)
                .hasMessageContaining("meta.properties");
        assertThat(preview().topics()).as("the locks were given back").hasSize(1);
    }

    @Test
    void aTornMetadataLogIsReadUpToThereAndSaysSo() throws IOException {
        kafka.topic("orders", ID, 1, Map.of());
        kafka.topic("bills", OTHER, 1, Map.of("segment.ms", "7"));
        Path log = kafka.directory().resolve("__cluster_metadata-0/00000000000000000000.log");
        cut(log, 10);
        assertThatThrownBy(this::preview)
                .as("of a node that was stopped cleanly")
                .isInstanceOf(RefusedImportException.class)
                .hasMessageContaining(log.toString());
        kafka.killed("orders", 0, 0);

        KafkaImport.Preview preview = preview();

        assertThat(preview.topics()).as("topics").hasSize(2);
        assertThat(preview.topics()).as("configs").allMatch(topic -> topic.configs().isEmpty());
        assertThat(preview.notes()).as("notes").anyMatch(note -> note.contains(log.toString()));
    }

    @Test
    void theNodeThatKnowsMostIsBelieved() {
        kafka.topic("orders", ID, 1, Map.of());
        KafkaFiles later = new KafkaFiles(directory.resolve("later"));
        later.topic("orders", ID, 1, Map.of());
        later.topic("bills", OTHER, 1, Map.of());

        List<Path> both = List.of(kafka.directory(), later.directory());
        try (KafkaImport opened = builder().kafkaImport(both)) {
            assertThat(opened.preview(new KafkaImport.Request(both, null, Set.of())).topics())
                    .as("topics")
                    .hasSize(2);
        }
    }

    @Test
    void producersThatComeLaterGetIdsOfTheirOwn() {
        kafka.topic("orders", ID, 1, Map.of());
        kafka.append("orders", 0, 0, transactional(0, 2, 4_321), marker(2, 4_321, true));

        runsWell();

        assertThat(ImportedTopics.read(data).nextProducerId()).as("IDs").isEqualTo(4_322);
    }

    /** Whatever is damaged, the import ends, and what it says it imported is served. */
    @Seeded(runs = 60)
    void damageIsRefusedOrEndsALog(RandomGenerator random) throws IOException {
        kafka.topic("orders", ID, 1, Map.of());
        kafka.append("orders", 0, 0, batch(0, 3), transactional(3, 4, 7), marker(7, 7, false));
        kafka.append("orders", 0, 8, batch(8, 5));
        kafka.checkpoint("log-start-offset-checkpoint", "orders", 0, 1);
        if (random.nextBoolean()) {
            kafka.killed("orders", 0, random.nextInt(10));
        }
        List<Path> files;
        try (var found = Files.walk(kafka.directory())) {
            files = found.filter(Files::isRegularFile).sorted().toList();
        }
        Path file = files.get(random.nextInt(files.size()));
        byte[] bytes = Files.readAllBytes(file);
        if (bytes.length > 0) {
            bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
            int length = random.nextInt(3) == 0 ? random.nextInt(bytes.length) : bytes.length;
            Files.write(file, Arrays.copyOf(bytes, length));
        }
        Map<Path, byte[]> before = new HashMap<>();
        for (Path one : files) {
            before.put(one, Files.readAllBytes(one));
        }
        long imported = 0;
        try {
            imported = run().stream().filter(one -> one.problem() == null).count();
        } catch (RefusedImportException refused) {
            assertThat(refused).as("%s", file).hasMessageContaining("kafka");
        }
        for (Path one : files) {
            assertThat(Files.readAllBytes(one)).as("%s", one).isEqualTo(before.get(one));
        }
        assertThat((long) served()).as("topics").isEqualTo(imported);
    }
}
