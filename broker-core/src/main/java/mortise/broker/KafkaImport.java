package mortise.broker;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import mortise.api.TopicPartition;
import mortise.broker.cluster.ImportedTopics;
import mortise.broker.config.BrokerSettings;
import mortise.broker.migration.ImportPlan;
import mortise.broker.migration.ImportPlan.PlannedTopic;
import mortise.broker.migration.KafkaDirectory;
import mortise.broker.migration.KafkaLog;
import mortise.broker.migration.KafkaLogCopy;
import mortise.broker.migration.KafkaMetadataLog;
import mortise.broker.migration.RefusedKafkaDirectoryException;
import mortise.broker.partition.FilledLog;
import mortise.broker.runtime.DataDirectory;
import mortise.broker.runtime.RefusedDirectoryException;
import mortise.metadata.ClusterImage;
import mortise.metadata.ImageDelta;
import mortise.metadata.TopicSettings;
import mortise.metadata.TopicSettingsSource;
import mortise.metadata.config.BrokerConfigs;
import mortise.metadata.config.ConfigResource;
import mortise.metadata.config.MetadataSettings;
import mortise.metadata.config.StoreTraits;
import mortise.metadata.controller.ControllerCommand.ImportedTopic;
import mortise.metadata.kafka.KafkaClusterMetadata;
import mortise.metadata.record.ConfigRecord;
import mortise.metadata.record.MetadataRecord;
import mortise.metadata.record.TopicRecord;
import mortise.record.Codecs;
import mortise.spi.storage.LogDirectory;
import mortise.spi.storage.LogId;
import mortise.spi.storage.LogSettings;
import mortise.spi.storage.LogStore;
import mortise.spi.storage.PartitionLog;
import mortise.spi.storage.StorageException;
import org.jspecify.annotations.Nullable;

/**
 * Topics of a stopped Apache Kafka 4.x, with their records, on their way into the data directory of
 * a broker that does not run. Nothing of Apache Kafka's is changed. Confined to one thread.
 *
 * <p>A topic is noted in the data directory before the first of its logs is made, and noted as
 * whole after the last of them is durable; the next start of the broker serves those that are
 * whole. So an import that was interrupted is begun again with the same command, and no part of a
 * topic is ever served.
 */
public final class KafkaImport implements AutoCloseable {
    /** How often topics that are whole are noted. */
    private static final Duration NOTE_INTERVAL = Duration.ofSeconds(1);

    private final Assembly assembly;
    private final Codecs codecs;
    private final List<KafkaDirectory> sources = new ArrayList<>();

    /**
     * What is to be imported.
     *
     * @param from log directories of Apache Kafka's
     * @param metadata where its metadata log is; null: in one of {@code from}
     * @param topics their names; empty: all that there are
     */
    public record Request(List<Path> from, @Nullable Path metadata, Set<String> topics) {
        // spelled out, for a compact constructor does not say in its class file what may be null
        public Request(List<Path> from, @Nullable Path metadata, Set<String> topics) {
            this.from = List.copyOf(from);
            this.metadata = metadata;
            this.topics = Set.copyOf(topics);
        }
    }

    /**
     * A topic that can be imported.
     *
     * @param configs what is taken over, by name
     * @param refusedConfigs why the others are not, by name
     */
    public record Topic(
            String name,
            String id,
            int partitions,
            long bytes,
            Map<String, String> configs,
            Map<String, String> refusedConfigs) {
        public Topic {
            configs = new TreeMap<>(configs);
            refusedConfigs = new TreeMap<>(refusedConfigs);
        }
    }

    /**
     * What would be imported.
     *
     * @param leftBehind why a topic would not, by name
     * @param notes what else is to be known, in sentences
     */
    public record Preview(List<Topic> topics, Map<String, String> leftBehind, List<String> notes) {
        public Preview {
            topics = List.copyOf(topics);
            leftBehind = new TreeMap<>(leftBehind);
            notes = List.copyOf(notes);
        }
    }

    /**
     * What became of one topic.
     *
     * @param problem why it was not imported; null if it was
     * @param notes what is to be known of its partitions, in sentences
     */
    public record Imported(
            String name,
            String id,
            int partitions,
            long batches,
            long bytes,
            @Nullable String problem,
            List<String> notes) {
        // spelled out, for a compact constructor does not say in its class file what may be null
        public Imported(
                String name,
                String id,
                int partitions,
                long batches,
                long bytes,
                @Nullable String problem,
                List<String> notes) {
            this.name = name;
            this.id = id;
            this.partitions = partitions;
            this.batches = batches;
            this.bytes = bytes;
            this.problem = problem;
            this.notes = List.copyOf(notes);
        }
    }

    /** What was found to import, and the plan for it. */
    private record Found(
            ImportPlan plan, Set<LogId> stored, ImportedTopics noted, long nextProducerId) {}

    private KafkaImport(Assembly assembly, Codecs codecs) {
        this.assembly = assembly;
        this.codecs = codecs;
    }

    static KafkaImport open(Assembly assembly, Codecs codecs, List<Path> from) {
        if (!assembly.keepsRecords() || !assembly.usesDataDirectory(assembly.storage())) {
            throw new RefusedImportException(
                    "the storage plugin '"
                            + assembly.storage().name()
                            + "' keeps nothing beyond the end of the process, so nothing can be imported into it");
        }
        KafkaImport made = new KafkaImport(assembly, codecs);
        try {
            from.forEach(path -> made.sources.add(KafkaDirectory.open(path)));
            made.checkOneCluster();
            return made;
        } catch (RefusedKafkaDirectoryException refused) {
            made.close();
            throw refusal(refused);
        } catch (RefusedImportException refused) {
            made.close();
            throw refused;
        }
    }

    private void checkOneCluster() {
        for (KafkaDirectory source : sources) {
            if (!source.clusterId().equals(sources.getFirst().clusterId())) {
                throw new RefusedImportException(
                        source.path()
                                + " is of the cluster "
                                + source.clusterId()
                                + ", and "
                                + sources.getFirst().path()
                                + " of "
                                + sources.getFirst().clusterId()
                                + "; import them one after the other");
            }
        }
    }

    private static RefusedImportException refusal(RuntimeException cause) {
        return new RefusedImportException(String.valueOf(cause.getMessage()), cause);
    }

    private Path data() {
        return assembly.config().get(BrokerSettings.DATA_DIRECTORY);
    }

    /**
     * What would be imported. Nothing is changed, but that logs of the data directory, if it has
     * any, are recovered as by a start of the broker.
     *
     * @throws RefusedImportException if something is in the way of all of it
     */
    public Preview preview(Request request) {
        try {
            Found found;
            if (Files.exists(data().resolve(DataDirectory.IDENTITY))) {
                try (OfflineLogs logs = OfflineLogs.open(assembly)) {
                    found = find(request, logs.store());
                }
            } else {
                DataDirectory.refuseForeign(data());
                found = find(request, null);
            }
            List<Topic> topics =
                    found.plan.topics().stream()
                            .map(planned ->
                                    new Topic(
                                            planned.topic().name(),
                                            planned.topic().id().toString(),
                                            planned.logs().size(),
                                            planned.bytes(),
                                            planned.configs(),
                                            planned.refusedConfigs()))
                            .toList();
            return new Preview(topics, found.plan.leftBehind(), found.plan.notes());
        } catch (RefusedKafkaDirectoryException | RefusedDirectoryException refused) {
            throw refusal(refused);
        }
    }

    /**
     * Imports. A data directory that is empty or missing is made one of this broker's.
     *
     * @param each hears of every topic, one after the other
     * @throws RefusedImportException if something is in the way of all of it; nothing was changed
     */
    public Preview run(Request request, Consumer<Imported> each) {
        try {
            if (!Files.exists(data().resolve(DataDirectory.IDENTITY))) {
                var _ = find(request, null); // what is refused leaves no directory behind
            }
        } catch (RefusedKafkaDirectoryException | RefusedDirectoryException refused) {
            throw refusal(refused);
        }
        try (OfflineLogs logs = OfflineLogs.openOrFormat(assembly)) {
            Found found = find(request, logs.store());
            checkRoom(found.plan, logs.store());
            new Run(logs.store(), found).all(each);
            return new Preview(List.of(), found.plan.leftBehind(), found.plan.notes());
        } catch (RefusedKafkaDirectoryException | RefusedDirectoryException refused) {
            throw refusal(refused);
        } catch (IOException failure) {
            throw new RefusedImportException(
                    data().resolve(ImportedTopics.FILE) + " cannot be written: " + failure,
                    failure);
        }
    }

    private Found find(Request request, @Nullable LogStore store) {
        KafkaMetadataLog.Found read = newestMetadata(request.metadata());
        KafkaClusterMetadata metadata = read.metadata();
        ImportPlan plan =
                ImportPlan.of(
                        metadata,
                        sources,
                        request.topics(),
                        traits(),
                        assembly.config().get(MetadataSettings.MAX_CONFIG_LENGTH));
        ImportedTopics noted = ImportedTopics.read(data());
        Set<LogId> stored = store == null ? Set.of() : Set.copyOf(store.stored());
        return new Found(
                withoutThoseThere(withNote(plan, read.cut()), stored, noted),
                stored,
                noted,
                metadata.nextProducerId());
    }

    /** What is at the place that was named, or knows most of what the directories hold. */
    private KafkaMetadataLog.Found newestMetadata(@Nullable Path named) {
        if (named != null) {
            return KafkaMetadataLog.read(named, sources, codecs);
        }
        return sources.stream()
                .filter(KafkaDirectory::hasMetadata)
                .map(source -> KafkaMetadataLog.read(source.path(), sources, codecs))
                .max(Comparator.comparingLong(KafkaMetadataLog.Found::end))
                .orElseThrow(() ->
                        new RefusedImportException(
                                "none of the directories holds the metadata log (__cluster_metadata-0); name it with --metadata"));
    }

    private static ImportPlan withNote(ImportPlan plan, @Nullable String metadataCut) {
        if (metadataCut == null) {
            return plan;
        }
        List<String> notes = new ArrayList<>(plan.notes());
        notes.add("the metadata log ends where its last whole batch does: " + metadataCut);
        return new ImportPlan(plan.topics(), plan.leftBehind(), notes);
    }

    /**
     * Leaves out topics that were imported before; refuses names that others have.
     *
     * @throws RefusedImportException if a topic of another ID has a name
     */
    private static ImportPlan withoutThoseThere(
            ImportPlan plan, Set<LogId> stored, ImportedTopics noted) {
        Map<String, Set<String>> ids = new TreeMap<>();
        stored.stream()
                .filter(log -> !noted.copying().containsKey(log.topicId()))
                .forEach(log -> note(ids, log.partition().topic(), log.topicId().toString()));
        noted.ready().forEach(topic -> note(ids, topic.name(), topic.id().toString()));
        List<PlannedTopic> left = new ArrayList<>();
        Map<String, String> leftBehind = new TreeMap<>(plan.leftBehind());
        List<String> taken = new ArrayList<>();
        for (PlannedTopic planned : plan.topics()) {
            String name = planned.topic().name();
            Set<String> there = ids.getOrDefault(metricForm(name), Set.of());
            if (there.isEmpty()) {
                left.add(planned);
            } else if (there.equals(Set.of(planned.topic().id().toString()))) {
                leftBehind.put(name, "it was imported before: a topic of its ID is there");
            } else {
                taken.add(name);
            }
        }
        if (!taken.isEmpty()) {
            throw new RefusedImportException(
                    "topic "
                            + String.join(", ", taken)
                            + ": the data directory has another topic of this name (dots and"
                            + " underscores count as the same); delete that, or name the topics to"
                            + " import with --topic");
        }
        return new ImportPlan(left, leftBehind, plan.notes());
    }

    private static void note(Map<String, Set<String>> ids, String name, String id) {
        ids.computeIfAbsent(metricForm(name), key -> new HashSet<>()).add(id);
    }

    private static String metricForm(String name) {
        return name.replace('.', '_');
    }

    private static void checkRoom(ImportPlan plan, LogStore store) {
        long needed = plan.topics().stream().mapToLong(PlannedTopic::bytes).sum();
        long free = 0;
        for (LogDirectory directory : store.directories()) {
            long usable = directory.space().usableBytes();
            if (usable < 0) {
                return;
            }
            free += usable;
        }
        if (needed > free) {
            throw new RefusedImportException(
                    "the topics have "
                            + needed
                            + " bytes, and the data directory has room for "
                            + free
                            + "; make room, or name fewer topics with --topic");
        }
    }

    private StoreTraits traits() {
        return new StoreTraits(assembly.storage().name(), assembly.storage().capabilities());
    }

    /** One import at work. */
    private final class Run {
        private final LogStore store;
        private final Found found;
        private final TopicSettingsSource settings =
                new TopicSettingsSource(
                        new BrokerConfigs(
                                assembly.config().get(BrokerSettings.NODE_ID),
                                assembly.config(),
                                traits()),
                        false);
        private final FilledLog.Means means =
                FilledLog.Means.of(assembly.config(), assembly.clock().wallMillis());
        private ImportedTopics noted;
        private long notedAtNanos;

        Run(LogStore store, Found found) {
            this.store = store;
            this.found = found;
            this.noted = found.noted;
        }

        void all(Consumer<Imported> each) throws IOException {
            for (PlannedTopic planned : found.plan.topics()) {
                noted = noted.withCopying(planned.topic().id(), planned.topic().name());
            }
            note();
            for (PlannedTopic planned : found.plan.topics()) {
                each.accept(one(planned));
                if (assembly.clock().nanoTime() - notedAtNanos > NOTE_INTERVAL.toNanos()) {
                    note();
                }
            }
            note();
        }

        private void note() throws IOException {
            noted.write(data());
            notedAtNanos = assembly.clock().nanoTime();
        }

        private Imported one(PlannedTopic planned) throws IOException {
            String name = planned.topic().name();
            String id = planned.topic().id().toString();
            List<String> notes = new ArrayList<>();
            try {
                removeLeftovers(planned);
                List<Integer> epochs = new ArrayList<>();
                long batches = 0;
                long bytes = 0;
                long producers = found.nextProducerId;
                for (int i = 0; i < planned.logs().size(); i++) {
                    KafkaLogCopy.Outcome outcome = copy(planned, i);
                    int metadataEpoch = planned.topic().partitions().get(i).leaderEpoch();
                    epochs.add(epochAfter(Math.max(metadataEpoch, outcome.newestEpoch())));
                    batches += outcome.batches();
                    bytes += outcome.bytes();
                    producers = Math.max(producers, outcome.largestProducerId() + 1);
                    note(notes, planned.logs().get(i).partition(), outcome);
                }
                noted =
                        noted.withReady(
                                new ImportedTopic(
                                        name, planned.topic().id(), epochs, planned.configs()),
                                producers);
                return new Imported(name, id, planned.logs().size(), batches, bytes, null, notes);
            } catch (RefusedKafkaDirectoryException
                    | RefusedImportException
                    | StorageException refused) {
                removeLogs(planned);
                noted = noted.without(planned.topic().id());
                note();
                return new Imported(
                        name,
                        id,
                        planned.logs().size(),
                        0,
                        0,
                        String.valueOf(refused.getMessage()),
                        notes);
            }
        }

        private static int epochAfter(int newest) {
            if (newest == Integer.MAX_VALUE) {
                throw new RefusedImportException(
                        "a partition has the leader epoch " + newest + ", and none can follow it");
            }
            return Math.max(newest, -1) + 1;
        }

        private static void note(
                List<String> notes, TopicPartition partition, KafkaLogCopy.Outcome outcome) {
            if (outcome.cut() != null) {
                notes.add(
                        partition
                                + " ends at offset "
                                + outcome.bounds().endOffset()
                                + ", where its last whole batch does: "
                                + outcome.cut());
            }
            if (outcome.transactions().open() > 0) {
                notes.add(
                        partition
                                + " has "
                                + outcome.transactions().open()
                                + " transactions that nobody would end, the first from offset "
                                + outcome.transactions().firstOpen()
                                + "; they are aborted by markers behind its last record");
            }
        }

        private void removeLeftovers(PlannedTopic planned) {
            found.stored.stream()
                    .filter(log -> log.topicId().equals(planned.topic().id()))
                    .forEach(store::delete);
        }

        private void removeLogs(PlannedTopic planned) {
            planned.logs().forEach(log -> store.delete(id(planned, log)));
        }

        private LogId id(PlannedTopic planned, KafkaLog log) {
            return new LogId(planned.topic().id(), log.partition());
        }

        private KafkaLogCopy.Outcome copy(PlannedTopic planned, int index) {
            KafkaLog source = planned.logs().get(index);
            LogSettings layout = settings(planned, index).log();
            try (PartitionLog target = store.create(id(planned, source), layout)) {
                return KafkaLogCopy.copy(source, target, layout, means);
            }
        }

        private TopicSettings settings(PlannedTopic planned, int index) {
            List<MetadataRecord> records = new ArrayList<>();
            records.add(
                    new TopicRecord()
                            .name(planned.topic().name())
                            .topicId(planned.topic().id().value()));
            planned.configs()
                    .forEach((name, value) ->
                            records.add(
                                    new ConfigRecord()
                                            .resourceType(ConfigResource.TOPIC.code())
                                            .resourceName(planned.topic().name())
                                            .name(name)
                                            .value(value)));
            ClusterImage image = ImageDelta.replay(ClusterImage.EMPTY, 0, records);
            return settings.settings(
                    image, Objects.requireNonNull(image.topic(planned.topic().id())), index);
        }
    }

    /** Lets go of Apache Kafka's directories. */
    @Override
    public void close() {
        sources.forEach(KafkaDirectory::close);
    }
}
