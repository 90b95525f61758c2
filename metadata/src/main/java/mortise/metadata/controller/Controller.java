package mortise.metadata.controller;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import mortise.api.ErrorCode;
import mortise.api.RefusedException;
import mortise.api.TopicId;
import mortise.api.config.Config;
import mortise.metadata.BrokerImage;
import mortise.metadata.ClusterImage;
import mortise.metadata.ImageDelta;
import mortise.metadata.ImageRecords;
import mortise.metadata.MetadataRecords;
import mortise.metadata.PartitionImage;
import mortise.metadata.TopicImage;
import mortise.metadata.TopicNames;
import mortise.metadata.config.BrokerConfigs;
import mortise.metadata.config.ConfigEntry;
import mortise.metadata.config.ConfigResource;
import mortise.metadata.config.MetadataSettings;
import mortise.metadata.controller.ControllerCommand.AllocateProducerIds;
import mortise.metadata.controller.ControllerCommand.AlterConfigs;
import mortise.metadata.controller.ControllerCommand.CreatePartitions;
import mortise.metadata.controller.ControllerCommand.CreateTopics;
import mortise.metadata.controller.ControllerCommand.CreatedTopic;
import mortise.metadata.controller.ControllerCommand.DeleteTopics;
import mortise.metadata.controller.ControllerCommand.DeletedTopic;
import mortise.metadata.controller.ControllerCommand.ImportTopics;
import mortise.metadata.controller.ControllerCommand.ImportedTopic;
import mortise.metadata.controller.ControllerCommand.MorePartitions;
import mortise.metadata.controller.ControllerCommand.NewTopic;
import mortise.metadata.controller.ControllerCommand.ProducerIdBlock;
import mortise.metadata.controller.ControllerCommand.RegisterBroker;
import mortise.metadata.controller.ControllerCommand.TopicRef;
import mortise.metadata.controller.ControllerCommand.TopicVerdict;
import mortise.metadata.controller.ControllerCommand.UnfenceBroker;
import mortise.metadata.record.BrokerFencingRecord;
import mortise.metadata.record.ClusterRecord;
import mortise.metadata.record.ConfigRecord;
import mortise.metadata.record.FeatureLevelRecord;
import mortise.metadata.record.MetadataRecord;
import mortise.metadata.record.ProducerIdsRecord;
import mortise.metadata.record.RegisterBrokerRecord;
import mortise.metadata.record.RemoveTopicRecord;
import mortise.metadata.record.TopicRecord;
import mortise.spi.placement.PlacementRequest;

/**
 * Decides what becomes of a command: (state, command) → (records, reply). Knows no thread, clock,
 * disk or network; its randomness is handed in. The caller replays the records over the state
 * before it asks again.
 */
public final class Controller {
    /** How many producer IDs a broker is given at once. */
    public static final int PRODUCER_ID_BLOCK = 1_000;

    private final BrokerConfigs configs;
    private final int maxPartitionsPerRequest;
    private final int maxPartitions;
    private final int autoCreateMaxPartitions;
    private final PlacementRules placements;
    private final RandomGenerator random;
    private final ConfigAlterations alterations;

    /** A controller on the broker with this configuration. */
    public Controller(
            BrokerConfigs configs,
            Config config,
            PlacementRules placements,
            RandomGenerator random) {
        this.configs = configs;
        this.maxPartitionsPerRequest = config.get(MetadataSettings.MAX_PARTITIONS_PER_REQUEST);
        this.maxPartitions = config.get(MetadataSettings.MAX_PARTITIONS);
        this.autoCreateMaxPartitions = config.get(MetadataSettings.AUTO_CREATE_MAX_PARTITIONS);
        this.placements = placements;
        this.random = random;
        alterations =
                new ConfigAlterations(configs, config.get(MetadataSettings.MAX_CONFIG_LENGTH));
    }

    /**
     * Decides.
     *
     * @throws RefusedException if the command as a whole is refused
     */
    @SuppressWarnings("unchecked") // each case answers with the type that its command declares
    public <R> Decision<R> decide(ClusterImage state, ControllerCommand<R> command) {
        return (Decision<R>)
                switch (command) {
                    case CreateTopics create -> createTopics(state, create);
                    case ImportTopics imported -> importTopics(state, imported);
                    case DeleteTopics delete -> deleteTopics(state, delete);
                    case CreatePartitions create -> createPartitions(state, create);
                    case AlterConfigs alter -> alterations.decide(state, alter);
                    case RegisterBroker register -> register(state, register);
                    case UnfenceBroker unfence -> unfence(state, unfence);
                    case AllocateProducerIds allocate -> allocateProducerIds(state, allocate);
                };
    }

    private Decision<List<CreatedTopic>> createTopics(ClusterImage state, CreateTopics command) {
        List<MetadataRecord> records = new ArrayList<>();
        List<CreatedTopic> replies = new ArrayList<>();
        ClusterImage growing = state;
        int budget = maxPartitionsPerRequest;
        for (NewTopic topic : command.topics()) {
            try {
                List<MetadataRecord> ofTopic = new ArrayList<>();
                CreatedTopic created = create(growing, topic, command.automatic(), budget, ofTopic);
                budget -= created.partitions();
                growing = ImageDelta.replay(growing, growing.index(), ofTopic);
                records.addAll(ofTopic);
                replies.add(created);
            } catch (RefusedException refused) {
                replies.add(
                        new CreatedTopic(
                                topic.name(),
                                Verdict.of(refused),
                                TopicId.NONE,
                                -1,
                                -1,
                                List.of()));
            }
        }
        return new Decision<>(command.validateOnly() ? List.of() : records, replies);
    }

    private CreatedTopic create(
            ClusterImage state,
            NewTopic topic,
            boolean automatic,
            int budget,
            List<MetadataRecord> records) {
        checkName(state, topic.name());
        Map<String, String> values = alterations.initialConfigs(topic);
        List<List<Integer>> placed =
                topic.assignments().isEmpty()
                        ? place(state, topic, budget)
                        : assigned(state, topic, budget);
        if (automatic) {
            checkAutomatic(topic.name(), state.partitionCount(), placed.size());
        }
        TopicId id = TopicId.random(random);
        List<PartitionImage> partitions = new ArrayList<>();
        for (int i = 0; i < placed.size(); i++) {
            partitions.add(newPartition(state, i, placed.get(i)));
        }
        addTopic(topic.name(), id, partitions, values, records);
        List<ConfigEntry> described = configs.describeTopic(values, state);
        return new CreatedTopic(
                topic.name(),
                Verdict.ACCEPTED,
                id,
                placed.size(),
                placed.getFirst().size(),
                described);
    }

    private static void addTopic(
            String name,
            TopicId id,
            List<PartitionImage> partitions,
            Map<String, String> configs,
            List<MetadataRecord> records) {
        records.add(new TopicRecord().name(name).topicId(id.value()));
        partitions.forEach(partition -> records.add(ImageRecords.partition(id, partition)));
        configs.forEach((config, value) ->
                records.add(
                        new ConfigRecord()
                                .resourceType(ConfigResource.TOPIC.code())
                                .resourceName(name)
                                .name(config)
                                .value(value)));
    }

    private Decision<List<TopicVerdict>> importTopics(ClusterImage state, ImportTopics command) {
        BrokerImage broker = state.brokers().get(command.brokerId());
        if (broker == null) {
            throw new RefusedException(
                    ErrorCode.BROKER_ID_NOT_REGISTERED,
                    "broker "
                            + command.brokerId()
                            + " has topics that were imported but is not registered");
        }
        List<MetadataRecord> records = new ArrayList<>();
        List<TopicVerdict> replies = new ArrayList<>();
        if (command.nextProducerId() > state.nextProducerId()) {
            records.add(
                    new ProducerIdsRecord()
                            .brokerId(broker.id())
                            .brokerEpoch(broker.epoch())
                            .nextProducerId(command.nextProducerId()));
        }
        ClusterImage growing = state;
        for (ImportedTopic topic : command.topics()) {
            try {
                List<MetadataRecord> ofTopic = imported(growing, topic, command.brokerId());
                growing = ImageDelta.replay(growing, growing.index(), ofTopic);
                records.addAll(ofTopic);
                replies.add(new TopicVerdict(topic.name(), Verdict.ACCEPTED));
            } catch (RefusedException refused) {
                replies.add(new TopicVerdict(topic.name(), Verdict.of(refused)));
            }
        }
        return new Decision<>(records, replies);
    }

    private List<MetadataRecord> imported(ClusterImage state, ImportedTopic topic, int broker) {
        TopicImage present = state.topic(topic.id());
        if (present != null && present.name().equals(topic.name())) {
            return List.of(); // the broker ended before it could note that it was done
        }
        if (present != null) {
            throw new RefusedException(
                    ErrorCode.TOPIC_ALREADY_EXISTS,
                    "Topic '"
                            + present.name()
                            + "' has the ID "
                            + topic.id()
                            + " of the imported topic '"
                            + topic.name()
                            + "'.");
        }
        checkName(state, topic.name());
        checkTotal(topic.name(), state.partitionCount(), topic.leaderEpochs().size());
        List<PartitionImage> partitions = new ArrayList<>();
        for (int epoch : topic.leaderEpochs()) {
            List<Integer> replicas = List.of(broker);
            partitions.add(
                    new PartitionImage(partitions.size(), replicas, replicas, broker, epoch, 0));
        }
        Map<String, String> configs =
                alterations.initialConfigs(
                        new NewTopic(
                                topic.name(), -1, -1, Map.of(), new HashMap<>(topic.configs())));
        List<MetadataRecord> records = new ArrayList<>();
        addTopic(topic.name(), topic.id(), partitions, configs, records);
        return records;
    }

    private static void checkName(ClusterImage state, String name) {
        String problem = TopicNames.problem(name);
        if (problem != null) {
            throw new RefusedException(ErrorCode.INVALID_TOPIC_EXCEPTION, problem);
        }
        if (TopicNames.isReserved(name)) {
            throw new RefusedException(
                    ErrorCode.INVALID_REQUEST,
                    "Creation of internal topic " + name + " is prohibited.");
        }
        if (state.topic(name) != null) {
            throw new RefusedException(
                    ErrorCode.TOPIC_ALREADY_EXISTS, "Topic '" + name + "' already exists.");
        }
        String other = state.collision(name);
        if (other != null) {
            throw new RefusedException(
                    ErrorCode.INVALID_TOPIC_EXCEPTION,
                    "Topic '"
                            + name
                            + "' collides with existing topic '"
                            + other
                            + "': metrics do not tell '.' from '_'; choose another name");
        }
    }

    private List<List<Integer>> place(ClusterImage state, NewTopic topic, int budget) {
        int partitions =
                topic.partitions() == -1
                        ? configs.value(MetadataSettings.DEFAULT_PARTITIONS, state)
                        : topic.partitions();
        int replicationFactor =
                topic.replicationFactor() == -1
                        ? configs.value(MetadataSettings.DEFAULT_REPLICATION_FACTOR, state)
                        : topic.replicationFactor();
        if (partitions < 1) {
            throw new RefusedException(
                    ErrorCode.INVALID_PARTITIONS,
                    "Topic '"
                            + topic.name()
                            + "' is to have "
                            + partitions
                            + " partitions; at least 1 is needed, or -1 for the default");
        }
        if (replicationFactor < 1) {
            throw new RefusedException(
                    ErrorCode.INVALID_REPLICATION_FACTOR,
                    "Topic '"
                            + topic.name()
                            + "' is to have replication factor "
                            + replicationFactor
                            + "; at least 1 is needed, or -1 for the default");
        }
        checkBudget(topic.name(), partitions, budget);
        checkTotal(topic.name(), state.partitionCount(), partitions);
        return placements.place(
                state,
                new PlacementRequest(
                        topic.name(), 0, partitions, replicationFactor, random.nextLong()));
    }

    private void checkBudget(String topic, int partitions, int budget) {
        if (partitions > budget) {
            throw new RefusedException(
                    ErrorCode.POLICY_VIOLATION,
                    "Topic '"
                            + topic
                            + "' asks for "
                            + partitions
                            + " partitions, of which one request may create "
                            + maxPartitionsPerRequest
                            + " in all ("
                            + MetadataSettings.MAX_PARTITIONS_PER_REQUEST.name()
                            + "); use several requests");
        }
    }

    private void checkTotal(String topic, int present, int more) {
        if (more > maxPartitions - present) {
            throw new RefusedException(
                    ErrorCode.POLICY_VIOLATION,
                    "Topic '"
                            + topic
                            + "' asks for "
                            + more
                            + " partitions, and the cluster has "
                            + present
                            + " of at most "
                            + maxPartitions
                            + " ("
                            + MetadataSettings.MAX_PARTITIONS.name()
                            + "); delete topics, or raise it");
        }
    }

    private void checkAutomatic(String topic, int present, int more) {
        if (more > autoCreateMaxPartitions - present) {
            throw new RefusedException(
                    ErrorCode.POLICY_VIOLATION,
                    "Topic '"
                            + topic
                            + "' is not there and not created by itself: the cluster has "
                            + present
                            + " partitions, topics that clients only ask for are created up to "
                            + autoCreateMaxPartitions
                            + " ("
                            + MetadataSettings.AUTO_CREATE_MAX_PARTITIONS.name()
                            + "); create it");
        }
    }

    private List<List<Integer>> assigned(ClusterImage state, NewTopic topic, int budget) {
        if (topic.partitions() != -1 || topic.replicationFactor() != -1) {
            throw new RefusedException(
                    ErrorCode.INVALID_REQUEST,
                    "Topic '"
                            + topic.name()
                            + "' has assigned partitions, so partition count and replication factor must be -1");
        }
        checkBudget(topic.name(), topic.assignments().size(), budget);
        checkTotal(topic.name(), state.partitionCount(), topic.assignments().size());
        List<List<Integer>> placed = new ArrayList<>();
        for (int partition = 0; partition < topic.assignments().size(); partition++) {
            List<Integer> replicas = topic.assignments().get(partition);
            if (replicas == null) {
                throw new RefusedException(
                        ErrorCode.INVALID_REPLICA_ASSIGNMENT,
                        "Topic '"
                                + topic.name()
                                + "' assigns "
                                + topic.assignments().size()
                                + " partitions, but not partition "
                                + partition
                                + "; indexes go from 0 without gaps");
            }
            placed.add(replicas);
        }
        placed.forEach(replicas ->
                checkAssignment(state, topic.name(), replicas, placed.getFirst().size()));
        return placed;
    }

    private static void checkAssignment(
            ClusterImage state, String topic, List<Integer> replicas, int wantedCount) {
        if (replicas.isEmpty()) {
            throw badAssignment(topic, "a partition has no replicas; name at least one broker");
        }
        if (replicas.size() != wantedCount) {
            throw badAssignment(
                    topic,
                    "partitions have "
                            + wantedCount
                            + " and "
                            + replicas.size()
                            + " replicas; use one number");
        }
        if (replicas.stream().distinct().count() < replicas.size()) {
            throw badAssignment(topic, "a broker is named twice in " + replicas);
        }
        for (int broker : replicas) {
            if (!state.brokers().containsKey(broker)) {
                throw badAssignment(
                        topic,
                        "no broker " + broker + " is registered, only " + state.brokers().keySet());
            }
        }
        if (replicas.stream().noneMatch(state::isLive)) {
            throw badAssignment(topic, "none of the brokers " + replicas + " is live");
        }
    }

    private static RefusedException badAssignment(String topic, String problem) {
        return new RefusedException(
                ErrorCode.INVALID_REPLICA_ASSIGNMENT,
                "The replica assignment of topic '" + topic + "' cannot be: " + problem);
    }

    private static PartitionImage newPartition(
            ClusterImage state, int index, List<Integer> replicas) {
        List<Integer> live = replicas.stream().filter(state::isLive).toList();
        return new PartitionImage(index, replicas, live, live.getFirst(), 0, 0);
    }

    private Decision<List<DeletedTopic>> deleteTopics(ClusterImage state, DeleteTopics command) {
        List<MetadataRecord> records = new ArrayList<>();
        List<DeletedTopic> replies = new ArrayList<>();
        boolean deletable = configs.value(MetadataSettings.DELETABLE, state);
        for (TopicRef ref : command.topics()) {
            TopicImage topic = ref.name() != null ? state.topic(ref.name()) : state.topic(ref.id());
            if (topic == null) {
                replies.add(new DeletedTopic(ref.name(), ref.id(), unknown(ref)));
            } else if (!deletable) {
                replies.add(
                        new DeletedTopic(
                                topic.name(),
                                topic.id(),
                                new Verdict(
                                        ErrorCode.TOPIC_DELETION_DISABLED,
                                        "Topics cannot be deleted: "
                                                + MetadataSettings.DELETABLE.name()
                                                + " is false")));
            } else {
                records.add(new RemoveTopicRecord().topicId(topic.id().value()));
                replies.add(new DeletedTopic(topic.name(), topic.id(), Verdict.ACCEPTED));
            }
        }
        return new Decision<>(records, replies);
    }

    private static Verdict unknown(TopicRef ref) {
        return ref.name() != null
                ? new Verdict(
                        ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
                        "There is no topic '" + ref.name() + "'.")
                : new Verdict(
                        ErrorCode.UNKNOWN_TOPIC_ID,
                        "There is no topic with the ID " + ref.id() + ".");
    }

    private Decision<List<TopicVerdict>> createPartitions(
            ClusterImage state, CreatePartitions command) {
        List<MetadataRecord> records = new ArrayList<>();
        List<TopicVerdict> replies = new ArrayList<>();
        int budget = maxPartitionsPerRequest;
        for (MorePartitions more : command.topics()) {
            try {
                List<MetadataRecord> added =
                        addPartitions(state, more, state.partitionCount() + records.size(), budget);
                budget -= added.size();
                records.addAll(added);
                replies.add(new TopicVerdict(more.topic(), Verdict.ACCEPTED));
            } catch (RefusedException refused) {
                replies.add(new TopicVerdict(more.topic(), Verdict.of(refused)));
            }
        }
        return new Decision<>(command.validateOnly() ? List.of() : records, replies);
    }

    private List<MetadataRecord> addPartitions(
            ClusterImage state, MorePartitions more, int inAll, int budget) {
        TopicImage topic = state.topic(more.topic());
        if (topic == null) {
            throw new RefusedException(
                    ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
                    "There is no topic '" + more.topic() + "'.");
        }
        int present = topic.partitions().size();
        if (more.count() == present) {
            throw new RefusedException(
                    ErrorCode.INVALID_PARTITIONS,
                    "Topic already has " + present + " partition(s).");
        }
        if (more.count() < present) {
            throw new RefusedException(
                    ErrorCode.INVALID_PARTITIONS,
                    "The topic "
                            + more.topic()
                            + " currently has "
                            + present
                            + " partition(s); "
                            + more.count()
                            + " would not be an increase.");
        }
        int added = more.count() - present;
        checkBudget(more.topic(), added, budget);
        checkTotal(more.topic(), inAll, added);
        int replicationFactor = topic.partitions().getFirst().replicas().size();
        List<List<Integer>> assignments = more.assignments();
        List<List<Integer>> placed =
                assignments == null
                        ? placements.place(
                                state,
                                new PlacementRequest(
                                        more.topic(),
                                        present,
                                        added,
                                        replicationFactor,
                                        random.nextLong()))
                        : checkedAssignments(
                                state, more.topic(), assignments, added, replicationFactor);
        List<MetadataRecord> records = new ArrayList<>(added);
        for (int i = 0; i < added; i++) {
            records.add(
                    ImageRecords.partition(
                            topic.id(), newPartition(state, present + i, placed.get(i))));
        }
        return records;
    }

    private static List<List<Integer>> checkedAssignments(
            ClusterImage state,
            String topic,
            List<List<Integer>> assignments,
            int wanted,
            int replicationFactor) {
        if (assignments.size() != wanted) {
            throw badAssignment(
                    topic,
                    wanted
                            + " partition(s) are to be added, but "
                            + assignments.size()
                            + " are assigned");
        }
        assignments.forEach(replicas -> checkAssignment(state, topic, replicas, replicationFactor));
        return assignments;
    }

    private static Decision<Long> register(ClusterImage state, RegisterBroker command) {
        List<MetadataRecord> records = new ArrayList<>();
        if (state.clusterId().isEmpty()) {
            records.add(new ClusterRecord().clusterId(command.clusterId()));
        } else if (!state.clusterId().equals(command.clusterId())) {
            throw new RefusedException(
                    ErrorCode.INCONSISTENT_CLUSTER_ID,
                    "broker "
                            + command.brokerId()
                            + " has data of cluster "
                            + command.clusterId()
                            + ", but the metadata is of cluster "
                            + state.clusterId()
                            + "; use the data directory that belongs to it");
        }
        if (state.metadataLevel() < MetadataRecords.FEATURE_LEVEL
                && isAlone(state, command.brokerId())) {
            // nobody else is there who could not read what is written from now on
            records.add(
                    new FeatureLevelRecord()
                            .name(MetadataRecords.FEATURE)
                            .level(MetadataRecords.FEATURE_LEVEL));
        }
        BrokerImage before = state.brokers().get(command.brokerId());
        long epoch = before == null ? 1 : before.epoch() + 1;
        records.add(
                new RegisterBrokerRecord()
                        .brokerId(command.brokerId())
                        .incarnationId(command.incarnation())
                        .brokerEpoch(epoch)
                        .fenced(true)
                        .rack(command.rack())
                        .endpoints(
                                command.endpoints().stream()
                                        .map(endpoint ->
                                                new RegisterBrokerRecord.BrokerEndpoint()
                                                        .name(endpoint.listener())
                                                        .host(endpoint.address().host())
                                                        .port(endpoint.address().port()))
                                        .toList()));
        // What the last run had in memory only is gone, so offsets may be used again: clients learn
        // it by the epoch.
        for (TopicImage topic : state.topics()) {
            for (PartitionImage partition : topic.partitions()) {
                if (partition.leader() == command.brokerId()) {
                    records.add(
                            ImageRecords.change(topic.id(), partition.ledBy(command.brokerId())));
                }
            }
        }
        return new Decision<>(records, epoch);
    }

    private static boolean isAlone(ClusterImage state, int broker) {
        return state.brokers().keySet().stream().allMatch(id -> id == broker);
    }

    private static Decision<Long> unfence(ClusterImage state, UnfenceBroker command) {
        BrokerImage broker = state.brokers().get(command.brokerId());
        if (broker == null || broker.epoch() != command.brokerEpoch()) {
            throw new RefusedException(
                    ErrorCode.STALE_BROKER_EPOCH,
                    "broker "
                            + command.brokerId()
                            + " is not registered with epoch "
                            + command.brokerEpoch()
                            + "; register again");
        }
        List<MetadataRecord> records =
                broker.fenced()
                        ? List.of(
                                new BrokerFencingRecord()
                                        .brokerId(broker.id())
                                        .brokerEpoch(broker.epoch())
                                        .fenced(false))
                        : List.of();
        return new Decision<>(records, broker.epoch());
    }

    private static Decision<ProducerIdBlock> allocateProducerIds(
            ClusterImage state, AllocateProducerIds command) {
        BrokerImage broker = state.brokers().get(command.brokerId());
        if (broker == null) {
            throw new RefusedException(
                    ErrorCode.BROKER_ID_NOT_REGISTERED,
                    "broker "
                            + command.brokerId()
                            + " asks for producer IDs but is not registered");
        }
        long first = state.nextProducerId();
        if (first > Long.MAX_VALUE - PRODUCER_ID_BLOCK) {
            throw new RefusedException(
                    ErrorCode.UNKNOWN_SERVER_ERROR,
                    "producer IDs are used up: the next would be " + first);
        }
        List<MetadataRecord> records =
                List.of(
                        new ProducerIdsRecord()
                                .brokerId(broker.id())
                                .brokerEpoch(broker.epoch())
                                .nextProducerId(first + PRODUCER_ID_BLOCK));
        return new Decision<>(records, new ProducerIdBlock(first, PRODUCER_ID_BLOCK));
    }
}
