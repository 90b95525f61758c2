package mortise.coordinator.group;

import mortise.api.ErrorCode;
import mortise.coordinator.CommandContext;
import mortise.wire.message.OffsetCommitRequest;
import org.jspecify.annotations.Nullable;

/** The members of a group, under one of the protocols. Confined to the coordinator. */
sealed interface Membership permits ClassicGroup, ConsumerGroup {
    /** The group. */
    String id();

    /** Whether there are no members. */
    boolean isEmpty();

    /** Its state, as clients know it. */
    String stateName();

    /** What kind of group it is, as clients know it. */
    String typeName();

    /** What its members are, or null if it never had any. */
    @Nullable String protocolType();

    /** Whether a member subscribes to a topic. */
    boolean subscribesTo(String topic);

    /** Whether offsets may be deleted one by one while there are members. */
    boolean letsOffsetsBeDeleted();

    /** What is wrong with a commit, by who makes it, or NONE; a member that makes one is alive. */
    ErrorCode check(short version, OffsetCommitRequest request, CommandContext context);

    /** What is wrong with a member that reads offsets, or NONE. */
    ErrorCode checkReader(@Nullable String memberId, int memberEpoch);

    /**
     * Since when nobody uses a committed offset, so that it may expire.
     *
     * @return {@link Long#MAX_VALUE} if somebody does
     */
    long unusedSince(String topic, CommittedOffset committed);

    /** Nothing refers to it any more: has the log forget it. */
    void forget(CommandContext context);

    /** The coordinator is here from now on. */
    void loaded(CommandContext context);

    /** The coordinator is not here any more. */
    void unload();
}
