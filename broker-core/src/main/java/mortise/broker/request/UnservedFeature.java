package mortise.broker.request;

import java.util.Optional;
import mortise.wire.ApiKey;

/** Something of Kafka's that this version does not serve, and what its users can do instead. */
public enum UnservedFeature {
    /** Groups of Kafka Streams that the broker balances (KIP-1071). */
    STREAMS_GROUPS(
            "streams groups are not there yet; set the group.protocol of the application to classic"),
    /** Groups that share partitions. */
    SHARE_GROUPS(
            "share groups are not there yet; assign partitions in the client (KafkaConsumer.assign without group.id, kcat -C)"),
    /** Transactions. */
    TRANSACTIONS("transactions are not there yet; produce without transactional.id"),
    /** Authentication. */
    AUTHENTICATION("SASL is not there yet; set the client's security.protocol to PLAINTEXT"),
    /** Access rules that clients administer. */
    ACLS(
            "ACLs are not kept by the broker; say who may do what in the authoriser plugin's own configuration"),
    /** Quotas of clients. */
    QUOTAS("quotas are not there yet; leave them out"),
    /** Several brokers. */
    REPLICATION("a cluster of several brokers is not there yet; there is nothing to move");

    private final String remedy;

    UnservedFeature(String remedy) {
        this.remedy = remedy;
    }

    /** That it is not there, and what to do. */
    public String remedy() {
        return remedy;
    }

    /** The feature that an API belongs to; nothing for those that no client has a use for. */
    public static Optional<UnservedFeature> of(ApiKey api) {
        return switch (api) {
            case STREAMS_GROUP_HEARTBEAT,
                    STREAMS_GROUP_DESCRIBE,
                    STREAMS_GROUP_TOPOLOGY_DESCRIPTION_UPDATE ->
                    Optional.of(STREAMS_GROUPS);
            case SHARE_GROUP_HEARTBEAT,
                    SHARE_GROUP_DESCRIBE,
                    SHARE_FETCH,
                    SHARE_ACKNOWLEDGE,
                    DESCRIBE_SHARE_GROUP_OFFSETS,
                    ALTER_SHARE_GROUP_OFFSETS,
                    DELETE_SHARE_GROUP_OFFSETS ->
                    Optional.of(SHARE_GROUPS);
            case ADD_PARTITIONS_TO_TXN,
                    ADD_OFFSETS_TO_TXN,
                    END_TXN,
                    TXN_OFFSET_COMMIT,
                    WRITE_TXN_MARKERS,
                    DESCRIBE_TRANSACTIONS,
                    LIST_TRANSACTIONS,
                    DESCRIBE_PRODUCERS ->
                    Optional.of(TRANSACTIONS);
            case SASL_HANDSHAKE,
                    SASL_AUTHENTICATE,
                    CREATE_DELEGATION_TOKEN,
                    RENEW_DELEGATION_TOKEN,
                    EXPIRE_DELEGATION_TOKEN,
                    DESCRIBE_DELEGATION_TOKEN,
                    DESCRIBE_USER_SCRAM_CREDENTIALS,
                    ALTER_USER_SCRAM_CREDENTIALS ->
                    Optional.of(AUTHENTICATION);
            case DESCRIBE_ACLS, CREATE_ACLS, DELETE_ACLS -> Optional.of(ACLS);
            case DESCRIBE_CLIENT_QUOTAS, ALTER_CLIENT_QUOTAS -> Optional.of(QUOTAS);
            case ELECT_LEADERS,
                    ALTER_PARTITION_REASSIGNMENTS,
                    LIST_PARTITION_REASSIGNMENTS,
                    DESCRIBE_QUORUM,
                    UNREGISTER_BROKER ->
                    Optional.of(REPLICATION);
            default -> Optional.empty();
        };
    }
}
