package mortise.bench.workload;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import mortise.api.DataSize;
import mortise.api.config.Config;
import mortise.api.config.ConfigException;
import mortise.api.config.ConfigKey;
import mortise.api.config.ConfigSchema;
import mortise.api.config.ConfigType;

/**
 * What is sent to a broker and read from it, for how long. Immutable; a YAML file says it.
 *
 * @param name what reports call it
 * @param beside what goes on meanwhile on a topic of its own, with the same driver and times
 * @param texts what the file says, for reports
 */
public record Workload(
        String name,
        Measuring measuring,
        Topic topic,
        Producers producers,
        Consumers consumers,
        Optional<Workload> beside,
        Map<String, String> texts) {

    /** What sends and reads. */
    public enum Driver {
        /** The unmodified Java client. */
        JAVA,
        /** Prepared requests over plain sockets, from one thread. */
        RAW
    }

    /**
     * How it is measured.
     *
     * @param warmUp how long it goes on before anything counts
     * @param duration how long it counts after that
     */
    public record Measuring(Driver driver, Duration warmUp, Duration duration) {}

    /**
     * The topic that is made before the run.
     *
     * @param config its topic configurations, by Kafka's names
     * @param preload how much is written to it before the run
     * @param cold whether the page cache is to have forgotten that when the run begins
     * @param leftAtMost which share of what is produced may be on disk at the end, 0 to 1
     */
    public record Topic(
            int partitions,
            Map<String, String> config,
            DataSize preload,
            boolean cold,
            double leftAtMost) {
        /** Whether the broker has to let go of what it is sent, by retention or compaction. */
        public boolean isCleaned() {
            return leftAtMost < 1;
        }
    }

    /**
     * Who sends what.
     *
     * @param count Java producers, or raw connections; 0 if nothing is sent
     * @param rate records per second of all together
     */
    public record Producers(int count, Rate rate, Records records, Sending sending) {}

    /**
     * What the records are like.
     *
     * @param size bytes of a value
     * @param incompressible the share of a value that no codec makes smaller, 0 to 1
     * @param keys how many different keys there are; 0 for none
     */
    public record Records(int size, double incompressible, int keys) {}

    /**
     * How they are sent.
     *
     * @param requestRecords records in each of the raw driver's requests
     * @param inFlight requests unanswered on a connection
     * @param transactionRecords records in a transaction; 0 for no transactions
     */
    public record Sending(
            Acks acks,
            Batching batching,
            int requestRecords,
            int inFlight,
            int transactionRecords) {}

    /** What a Java producer collects before it sends. */
    public record Batching(
            Duration linger,
            DataSize batch,
            DataSize buffer,
            String compression,
            boolean idempotent) {}

    /** Whose acknowledgement counts. */
    public enum Acks {
        NONE((short) 0),
        LEADER((short) 1),
        ALL((short) -1);

        private final short code;

        Acks(short code) {
            this.code = code;
        }

        /** As the protocol has it. */
        public short code() {
            return code;
        }
    }

    /**
     * Who reads.
     *
     * @param count clients that follow what is produced, or that read what was preloaded
     * @param groups the groups that each read everything; 0 for reading by assignment
     * @param from where they begin
     * @param catchUp clients that begin at the start of the topic when measuring begins, beside the
     *     others; each Java client reads all of it, those of the raw driver share it and end the
     *     run when they have read it
     * @param catchUpRate bytes a second that each of those takes at most; 0 for as many as come
     * @param committedOnly whether they read committed transactions only
     */
    public record Consumers(
            int count,
            int groups,
            From from,
            int catchUp,
            DataSize catchUpRate,
            boolean committedOnly,
            int maxWaitMs) {}

    /** Where consumers begin. */
    public enum From {
        /** At the end: what is produced while they run. */
        TAIL,
        /** At the start, again and again. */
        LOOP
    }

    private static final int MOST_RECORDS_PER_SECOND = 20_000_000;
    private static final long MOST_BYTES_PER_SECOND = 10_000_000_000L;
    private static final long MOST_PREPARED_BYTES = 1_000_000_000;
    private static final List<String> CODECS = List.of("none", "gzip", "snappy", "lz4", "zstd");
    private static final String TOPIC_CONFIG = "topic.config.";
    private static final String BESIDE = "beside.";
    private static final List<String> BESIDE_HAS =
            List.of("topic.", "producers.", "record.", "consumers.");

    private static final ConfigSchema.Builder ALL = ConfigSchema.builder();

    private static final ConfigKey<String> NAME =
            ALL.add(
                    ConfigKey.of(
                            "name",
                            ConfigType.STRING,
                            "What reports call it; the file's name otherwise."));
    private static final ConfigKey<Driver> DRIVER =
            ALL.add(
                    ConfigKey.of(
                                    "driver",
                                    ConfigType.oneOf(Driver.class),
                                    "java: the unmodified Java client. raw: prepared requests over plain sockets from one thread, which costs so little that the broker is what is measured.")
                            .defaultsTo(Driver.JAVA));
    private static final ConfigKey<Duration> WARM_UP =
            ALL.add(
                    ConfigKey.of(
                                    "warm-up",
                                    ConfigType.DURATION,
                                    "How long it runs before measuring begins.")
                            .defaultsTo(Duration.ofSeconds(15))
                            .between(Duration.ZERO, Duration.ofHours(1)));
    private static final ConfigKey<Duration> DURATION =
            ALL.add(
                    ConfigKey.of("duration", ConfigType.DURATION, "How long is measured.")
                            .defaultsTo(Duration.ofSeconds(30))
                            .between(Duration.ofSeconds(1), Duration.ofDays(1)));
    private static final ConfigKey<Integer> PARTITIONS =
            ALL.add(
                    ConfigKey.of("topic.partitions", ConfigType.INT, "Partitions of the topic.")
                            .defaultsTo(6)
                            .between(1, 100_000));
    private static final ConfigKey<DataSize> PRELOAD =
            ALL.add(
                    ConfigKey.of(
                                    "topic.preload",
                                    ConfigType.SIZE,
                                    "How many bytes of records the topic has before the run begins.")
                            .defaultsTo(new DataSize(0)));
    private static final ConfigKey<Boolean> COLD =
            ALL.add(
                    ConfigKey.of(
                                    "topic.cold",
                                    ConfigType.BOOLEAN,
                                    "Whether the page cache forgets the preload before the run: a round in which more than 5% of it is in memory when measuring begins does not count. For systems that the bench starts.")
                            .defaultsTo(false));
    private static final ConfigKey<Double> LEFT =
            ALL.add(
                    ConfigKey.of(
                                    "topic.left-at-most",
                                    ConfigType.DOUBLE,
                                    "The share of the bytes produced while measuring that the topic may have on disk at the end: a round in which retention or compaction left more does not count. 1 for whatever is left; less for systems that the bench starts.")
                            .defaultsTo(1.0)
                            .between(0.0, 1.0));
    private static final ConfigKey<Integer> PRODUCERS =
            ALL.add(
                    ConfigKey.of(
                                    "producers.count",
                                    ConfigType.INT,
                                    "Java producers, or connections of the raw driver; 0 if nothing is produced.")
                            .defaultsTo(1)
                            .between(0, 10_000));
    private static final ConfigKey<String> RATE =
            ALL.add(
                    ConfigKey.of(
                                    "producers.rate",
                                    ConfigType.STRING,
                                    "Records a second of all producers together, on a timeline that waits for nobody; or maximum: as fast as they are taken.")
                            .defaultsTo("maximum")
                            .checked("records a second, or maximum", Rate::problem));
    private static final ConfigKey<Acks> ACKS =
            ALL.add(
                    ConfigKey.of(
                                    "producers.acks",
                                    ConfigType.oneOf(Acks.class),
                                    "all, leader, or none.")
                            .defaultsTo(Acks.ALL));
    private static final ConfigKey<Duration> LINGER =
            ALL.add(
                    ConfigKey.of(
                                    "producers.linger",
                                    ConfigType.DURATION,
                                    "The Java client's linger.ms.")
                            .defaultsTo(Duration.ofMillis(5))
                            .between(Duration.ZERO, Duration.ofMinutes(1)));
    private static final ConfigKey<DataSize> BATCH =
            ALL.add(
                    ConfigKey.of(
                                    "producers.batch",
                                    ConfigType.SIZE,
                                    "The Java client's batch.size.")
                            .defaultsTo(DataSize.ofKibibytes(64))
                            .between(new DataSize(0), DataSize.ofMebibytes(64)));
    private static final ConfigKey<DataSize> BUFFER =
            ALL.add(
                    ConfigKey.of(
                                    "producers.buffer",
                                    ConfigType.SIZE,
                                    "The Java client's buffer.memory: how much waits to be sent before a producer is held up.")
                            .defaultsTo(DataSize.ofMebibytes(64))
                            .between(DataSize.ofKibibytes(1), DataSize.ofMebibytes(1_024)));
    private static final ConfigKey<String> COMPRESSION =
            ALL.add(
                    ConfigKey.of(
                                    "producers.compression",
                                    ConfigType.STRING,
                                    "The Java client's compression.type: none, gzip, snappy, lz4 or zstd.")
                            .defaultsTo("none")
                            .checked(
                                    "a codec",
                                    name ->
                                            CODECS.contains(name)
                                                    ? null
                                                    : "'" + name + "' is not one of " + CODECS));
    private static final ConfigKey<Boolean> IDEMPOTENT =
            ALL.add(
                    ConfigKey.of(
                                    "producers.idempotent",
                                    ConfigType.BOOLEAN,
                                    "The Java client's enable.idempotence.")
                            .defaultsTo(true));
    private static final ConfigKey<Integer> IN_FLIGHT =
            ALL.add(
                    ConfigKey.of(
                                    "producers.in-flight",
                                    ConfigType.INT,
                                    "Requests that wait for their answers on one connection.")
                            .defaultsTo(5)
                            .between(1, 10_000));
    private static final ConfigKey<Integer> REQUEST_RECORDS =
            ALL.add(
                    ConfigKey.of(
                                    "producers.request-records",
                                    ConfigType.INT,
                                    "Records in each request of the raw driver.")
                            .defaultsTo(60)
                            .between(1, 100_000));
    private static final ConfigKey<Integer> TRANSACTION_RECORDS =
            ALL.add(
                    ConfigKey.of(
                                    "producers.transaction-records",
                                    ConfigType.INT,
                                    "Records in each transaction; 0 for no transactions.")
                            .defaultsTo(0)
                            .between(0, 1_000_000));
    private static final ConfigKey<DataSize> RECORD_SIZE =
            ALL.add(
                    ConfigKey.of("record.size", ConfigType.SIZE, "Bytes of a record's value.")
                            .defaultsTo(DataSize.ofKibibytes(1))
                            .between(new DataSize(8), DataSize.ofMebibytes(16)));
    private static final ConfigKey<Double> INCOMPRESSIBLE =
            ALL.add(
                    ConfigKey.of(
                                    "record.incompressible",
                                    ConfigType.DOUBLE,
                                    "The share of a value that is random, so that no codec makes it smaller; the rest is one byte over and over.")
                            .defaultsTo(1.0)
                            .between(0.0, 1.0));
    private static final ConfigKey<Integer> KEYS =
            ALL.add(
                    ConfigKey.of(
                                    "record.keys",
                                    ConfigType.INT,
                                    "How many different keys the records have; 0 for none. The raw driver writes each twice in an order that has none, and begins again.")
                            .defaultsTo(0)
                            .between(0, Integer.MAX_VALUE));
    private static final ConfigKey<Integer> CONSUMERS =
            ALL.add(
                    ConfigKey.of(
                                    "consumers.count",
                                    ConfigType.INT,
                                    "Consumers; in each group, if there are groups.")
                            .defaultsTo(0)
                            .between(0, 10_000));
    private static final ConfigKey<Integer> GROUPS =
            ALL.add(
                    ConfigKey.of(
                                    "consumers.groups",
                                    ConfigType.INT,
                                    "Consumer groups, each of which reads everything; 0 for consumers that share the partitions by assignment.")
                            .defaultsTo(0)
                            .between(0, 1_000));
    private static final ConfigKey<From> FROM =
            ALL.add(
                    ConfigKey.of(
                                    "consumers.from",
                                    ConfigType.oneOf(From.class),
                                    "tail: what is produced while they run. loop: everything from the start, again and again.")
                            .defaultsTo(From.TAIL));
    private static final ConfigKey<Integer> CATCH_UP =
            ALL.add(
                    ConfigKey.of(
                                    "consumers.catch-up",
                                    ConfigType.INT,
                                    "Consumers that begin at the start of the topic when measuring begins. Java clients read all of it each; those of the raw driver share what was preloaded, and the run ends when they have read it.")
                            .defaultsTo(0)
                            .between(0, 1_000));
    private static final ConfigKey<DataSize> CATCH_UP_RATE =
            ALL.add(
                    ConfigKey.of(
                                    "consumers.catch-up-rate",
                                    ConfigType.SIZE,
                                    "How many bytes a second each of those takes at most, as over a link that carries no more; 0 for as many as come. Of the raw driver only.")
                            .defaultsTo(new DataSize(0)));
    private static final ConfigKey<Boolean> COMMITTED_ONLY =
            ALL.add(
                    ConfigKey.of(
                                    "consumers.committed-only",
                                    ConfigType.BOOLEAN,
                                    "Whether consumers read committed transactions only.")
                            .defaultsTo(false));
    private static final ConfigKey<Integer> MAX_WAIT =
            ALL.add(
                    ConfigKey.of(
                                    "consumers.max-wait-ms",
                                    ConfigType.INT,
                                    "How long a fetch waits when there is nothing to read.")
                            .defaultsTo(500)
                            .between(0, 60_000));

    /** Every key of a workload file; besides, {@code topic.config} has topic configurations. */
    public static final ConfigSchema SCHEMA = ALL.build();

    /** The same with other times. */
    public Workload lasting(Duration warmUp, Duration duration) {
        return new Workload(
                name,
                new Measuring(measuring.driver, warmUp, duration),
                topic,
                producers,
                consumers,
                beside.map(each -> each.lasting(warmUp, duration)),
                texts);
    }

    /**
     * The same with another value of a key.
     *
     * @throws ConfigException if there is no such key, or it has no such value
     */
    public Workload with(String key, String value) {
        Map<String, String> changed = new LinkedHashMap<>(texts);
        changed.put(key, value);
        return of(name, changed);
    }

    /** The keys as a table for people, in Markdown. */
    public static String table() {
        StringBuilder table =
                new StringBuilder("| key | type | default | means |\n|--|--|--|--|\n");
        for (ConfigKey<?> key : SCHEMA.keys()) {
            table.append(
                    String.format(
                            Locale.ROOT,
                            "| `%s` | %s | %s | %s |%n",
                            key.name(),
                            key.type().name(),
                            key.defaultText().map(text -> "`" + text + "`").orElse(""),
                            key.doc()));
        }
        return table.toString();
    }

    /**
     * Reads a workload file.
     *
     * @throws UsageException with every problem of it
     */
    public static Workload read(Path file) {
        String fileName = String.valueOf(file.getFileName());
        try {
            return of(fileName.replaceFirst("\\.ya?ml$", ""), YamlText.read(file));
        } catch (ConfigException wrong) {
            throw new UsageException(
                    file
                            + ": "
                            + wrong.problems().stream()
                                    .map(String::valueOf)
                                    .collect(Collectors.joining("; ")));
        }
    }

    /**
     * A workload of dotted keys.
     *
     * @throws ConfigException with every key that is wrong
     * @throws UsageException if the keys do not go together
     */
    public static Workload of(String name, Map<String, String> texts) {
        Workload workload = unchecked(name, texts);
        List<String> problems = workload.problems();
        if (workload.producers.count == 0
                && workload.consumers.count == 0
                && workload.consumers.catchUp == 0) {
            problems.add(
                    "it neither produces nor consumes: set producers.count or consumers.count");
        }
        workload.beside.ifPresent(beside -> {
            if (workload.measuring.driver != Driver.RAW) {
                problems.add("only the raw driver has something beside: set driver: raw");
            }
            beside.problems().forEach(problem -> problems.add("beside: " + problem));
        });
        if (!problems.isEmpty()) {
            throw new UsageException(workload.name + ": " + String.join("; ", problems));
        }
        return workload;
    }

    private static Workload unchecked(String name, Map<String, String> texts) {
        Map<String, String> own = new LinkedHashMap<>(texts);
        Map<String, String> beside = new LinkedHashMap<>();
        Map<String, String> topicConfig = new LinkedHashMap<>();
        texts.forEach((key, text) -> {
            if (key.startsWith(BESIDE)) {
                beside.put(key.substring(BESIDE.length()), text);
                own.remove(key);
            } else if (key.startsWith(TOPIC_CONFIG)) {
                topicConfig.put(key.substring(TOPIC_CONFIG.length()), text);
                own.remove(key);
            }
        });
        Config config = Config.of(SCHEMA, own);
        String called = config.find(NAME).orElse(name);
        return new Workload(
                called,
                new Measuring(config.get(DRIVER), config.get(WARM_UP), config.get(DURATION)),
                new Topic(
                        config.get(PARTITIONS),
                        topicConfig,
                        config.get(PRELOAD),
                        config.get(COLD),
                        config.get(LEFT)),
                producers(config),
                new Consumers(
                        config.get(CONSUMERS),
                        config.get(GROUPS),
                        config.get(FROM),
                        config.get(CATCH_UP),
                        config.get(CATCH_UP_RATE),
                        config.get(COMMITTED_ONLY),
                        config.get(MAX_WAIT)),
                beside.isEmpty() ? Optional.empty() : Optional.of(beside(called, own, beside)),
                Map.copyOf(texts));
    }

    /** What goes on beside: its own keys, and the driver and the times of the whole. */
    private static Workload beside(
            String name, Map<String, String> whole, Map<String, String> own) {
        for (String key : own.keySet()) {
            if (BESIDE_HAS.stream().noneMatch(key::startsWith)) {
                throw new UsageException(
                        name
                                + ": "
                                + BESIDE
                                + key
                                + ": what goes on beside has keys of topic, producers, record and consumers, and the rest from the whole");
            }
        }
        Map<String, String> all = new LinkedHashMap<>(own);
        Stream.of(DRIVER, WARM_UP, DURATION)
                .map(ConfigKey::name)
                .filter(whole::containsKey)
                .forEach(key -> all.put(key, whole.getOrDefault(key, "")));
        try {
            return unchecked(name + ", beside", all);
        } catch (ConfigException wrong) {
            throw new UsageException(
                    name
                            + ": beside: "
                            + wrong.problems().stream()
                                    .map(String::valueOf)
                                    .collect(Collectors.joining("; ")));
        }
    }

    private static Producers producers(Config config) {
        return new Producers(
                config.get(PRODUCERS),
                Rate.parse(config.get(RATE)),
                new Records(
                        (int) config.get(RECORD_SIZE).bytes(),
                        config.get(INCOMPRESSIBLE),
                        config.get(KEYS)),
                new Sending(
                        config.get(ACKS),
                        new Batching(
                                config.get(LINGER),
                                config.get(BATCH),
                                config.get(BUFFER),
                                config.get(COMPRESSION),
                                config.get(IDEMPOTENT)),
                        config.get(REQUEST_RECORDS),
                        config.get(IN_FLIGHT),
                        config.get(TRANSACTION_RECORDS)));
    }

    private List<String> problems() {
        List<String> problems = new ArrayList<>();
        if (consumers.from == From.LOOP && topic.preload.bytes() == 0) {
            problems.add("consumers.from: loop has nothing to read: set topic.preload");
        }
        if (measuring.driver == Driver.RAW) {
            unsupportedByRaw(problems);
        } else if (consumers.catchUpRate.bytes() > 0) {
            problems.add(
                    "consumers.catch-up-rate is the raw driver's: Java clients take what comes");
        }
        if (topic.cold && topic.preload.bytes() == 0) {
            problems.add("topic.cold has nothing that could be forgotten: set topic.preload");
        }
        if (topic.isCleaned() && producers.count == 0) {
            problems.add("topic.left-at-most is a share of what is produced: set producers.count");
        }
        problems.addAll(impossible());
        return problems;
    }

    private void unsupportedByRaw(List<String> problems) {
        if (consumers.catchUp > 0 && topic.preload.bytes() == 0) {
            problems.add("consumers.catch-up has nothing to catch up with: set topic.preload");
        }
        if (consumers.count > 0 && consumers.from == From.TAIL) {
            problems.add(
                    "the raw driver's consumers only read what was preloaded: set consumers.from: loop, or driver: java");
        }
        if (consumers.groups > 0) {
            problems.add("the raw driver has no consumer groups: driver: java has");
        }
        if (producers.sending.transactionRecords > 0) {
            problems.add("the raw driver has no transactions: driver: java has");
        }
        if (!producers.sending.batching.compression.equals("none")) {
            problems.add("the raw driver does not compress: driver: java does");
        }
        long eachPartition =
                Math.max(
                                producers.sending.requestRecords,
                                2L * Math.ceilDiv(producers.records.keys, topic.partitions))
                        * producers.records.size;
        long prepared = Math.max(topic.partitions, producers.count) * eachPartition;
        if (prepared > MOST_PREPARED_BYTES) {
            problems.add(
                    String.format(
                            Locale.ROOT,
                            "the raw driver prepares requests of %,d bytes for each partition and connection, %,d MB, and takes %,d MB at most: lower topic.partitions, producers.count, producers.request-records, record.keys or record.size",
                            eachPartition,
                            prepared / 1_000_000,
                            MOST_PREPARED_BYTES / 1_000_000));
        }
        if (producers.sending.acks == Acks.NONE) {
            problems.add("the raw driver measures answers, and producers.acks: none has none");
        }
    }

    private List<String> impossible() {
        if (producers.count == 0 || producers.rate.isMaximum()) {
            return List.of();
        }
        double perSecond = producers.rate.recordsPerSecond();
        double bytes = perSecond * producers.records.size;
        return perSecond > MOST_RECORDS_PER_SECOND || bytes > MOST_BYTES_PER_SECOND
                ? List.of(
                        String.format(
                                Locale.ROOT,
                                "producers.rate of %,.0f records/s, %,.1f GB/s, is more than one driver can send (%,d records/s, %d GB/s)",
                                perSecond,
                                bytes / 1e9,
                                MOST_RECORDS_PER_SECOND,
                                MOST_BYTES_PER_SECOND / 1_000_000_000))
                : List.of();
    }
}
