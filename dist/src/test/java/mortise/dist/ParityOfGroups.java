package mortise.dist;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.Consumer;
import mortise.wire.ApiKey;
import mortise.wire.message.DeleteGroupsRequest;
import mortise.wire.message.DescribeGroupsRequest;
import mortise.wire.message.FindCoordinatorRequest;
import mortise.wire.message.HeartbeatRequest;
import mortise.wire.message.JoinGroupRequest;
import mortise.wire.message.JoinGroupRequest.JoinGroupRequestProtocol;
import mortise.wire.message.LeaveGroupRequest;
import mortise.wire.message.LeaveGroupRequest.MemberIdentity;
import mortise.wire.message.ListGroupsRequest;
import mortise.wire.message.SyncGroupRequest;
import mortise.wire.message.SyncGroupRequest.SyncGroupRequestAssignment;

/** Requests of members of classic groups, and about them. */
final class ParityOfGroups {
    private static final int SESSION_MS = 60_000;

    /** So many groups have a coordinator in every one of 50 partitions, as good as certainly. */
    private static final int ENOUGH_FOR_ALL_PARTITIONS = 500;

    private final Parity parity;

    ParityOfGroups(Parity parity) {
        this.parity = parity;
    }

    void findCoordinator() {
        parity.await(
                ApiKey.FIND_COORDINATOR,
                (short) 3,
                "error_code",
                (side, version) -> new FindCoordinatorRequest().key("g"));
        for (int i = 0; i < ENOUGH_FOR_ALL_PARTITIONS; i++) {
            String group = "any-" + i;
            parity.await(
                    ApiKey.DESCRIBE_GROUPS,
                    (short) 2,
                    "groups[].error_code",
                    (side, version) -> new DescribeGroupsRequest().groups(List.of(group)));
        }
        finding("a group", "g", 0);
        finding("an empty group", "", 0);
        finding("an unknown type", "g", 7);
    }

    private void finding(String name, String key, int type) {
        parity.everyVersion(
                ApiKey.FIND_COORDINATOR,
                name,
                (side, version) -> {
                    FindCoordinatorRequest request = new FindCoordinatorRequest();
                    if (version > 0) {
                        request.keyType((byte) type);
                    }
                    return version < 4
                            ? request.key(key)
                            : request.coordinatorKeys(List.of(key, key + "2"));
                });
    }

    // ---- joining

    private static JoinGroupRequest join(String group, short version) {
        return new JoinGroupRequest()
                .groupId(group)
                .sessionTimeoutMs(SESSION_MS)
                .rebalanceTimeoutMs(version == 0 ? -1 : SESSION_MS)
                .protocolType("consumer")
                .protocols(List.of(protocol("range", 1)));
    }

    private static JoinGroupRequestProtocol protocol(String name, int bytes) {
        return new JoinGroupRequestProtocol().name(name).metadata(ByteBuffer.allocate(bytes));
    }

    private void joining(String name, Consumer<JoinGroupRequest> change) {
        String group = name.replace(' ', '-');
        parity.everyVersion(
                ApiKey.JOIN_GROUP,
                name,
                (side, version) -> {
                    JoinGroupRequest request = join(group + "-" + version, version);
                    change.accept(request);
                    return request;
                });
    }

    void join() {
        joining("for the first time", request -> {});
        joining("without a group", request -> request.groupId(""));
        joining("too short a session", request -> request.sessionTimeoutMs(1));
        joining("too long a session", request -> request.sessionTimeoutMs(Integer.MAX_VALUE));
        joining("as a member of no group", request -> request.memberId("stranger"));
        joining("without protocols", request -> request.protocols(List.of()));
        joining("without a protocol type", request -> request.protocolType(""));
        parity.inVersions(
                ApiKey.JOIN_GROUP,
                "as a static member",
                5,
                9,
                (side, version) -> join("static-" + version, version).groupInstanceId("i"));
        parity.inVersions(
                ApiKey.JOIN_GROUP,
                "as a static member under another ID",
                5,
                9,
                (side, version) ->
                        join("static-" + version, version)
                                .groupInstanceId("i")
                                .memberId("another"));
        parity.inVersions(
                ApiKey.JOIN_GROUP,
                "as a stranger",
                0,
                9,
                (side, version) -> join("static-5", version).memberId("stranger"));
    }

    /** One member in a generation of its own, from join to leave. */
    void member() {
        for (short version = 0; version <= 9; version++) {
            member("alone-" + version, version);
        }
    }

    private void member(String group, short version) {
        String member = "member of " + group;
        if (version >= 4) {
            parity.keepText(
                    member, ApiKey.JOIN_GROUP, version, "member_id", (side, v) -> join(group, v));
        }
        one(
                ApiKey.JOIN_GROUP,
                version,
                "with the ID that it was given",
                (side, v) -> join(group, v).memberId(side.text(member)));
        if (version < 4) {
            parity.keepText(
                    member,
                    ApiKey.DESCRIBE_GROUPS,
                    (short) 2,
                    "groups[].members[].member_id",
                    (side, v) -> new DescribeGroupsRequest().groups(List.of(group)));
        }
        one(
                ApiKey.HEARTBEAT,
                (short) Math.min(version, 4),
                "before the leader has assigned",
                (side, v) -> heartbeat(group, side.text(member), 1));
        one(
                ApiKey.SYNC_GROUP,
                (short) Math.min(version, 5),
                "in another generation",
                (side, v) -> sync(group, side.text(member), 7, v));
        one(
                ApiKey.SYNC_GROUP,
                (short) Math.min(version, 5),
                "as the leader",
                (side, v) -> sync(group, side.text(member), 1, v));
        one(
                ApiKey.SYNC_GROUP,
                (short) Math.min(version, 5),
                "again",
                (side, v) -> sync(group, side.text(member), 1, v).assignments(List.of()));
        if (version >= 5) {
            one(
                    ApiKey.SYNC_GROUP,
                    (short) 5,
                    "for another protocol",
                    (side, v) -> sync(group, side.text(member), 1, v).protocolName("roundrobin"));
        }
        one(
                ApiKey.HEARTBEAT,
                (short) Math.min(version, 4),
                "in the generation",
                (side, v) -> heartbeat(group, side.text(member), 1));
        one(
                ApiKey.HEARTBEAT,
                (short) Math.min(version, 4),
                "in another generation",
                (side, v) -> heartbeat(group, side.text(member), 2));
        one(
                ApiKey.HEARTBEAT,
                (short) Math.min(version, 4),
                "of a stranger",
                (side, v) -> heartbeat(group, "stranger", 1));
        describing("a stable group", group);
        deleting("a group with members", group);
        leaving(group, member, version);
        describing("a group that was left", group);
        deleting("a group that was left", group);
        describing("a deleted group", group);
    }

    private void leaving(String group, String member, short version) {
        short leave = (short) Math.min(version, 5);
        one(ApiKey.LEAVE_GROUP, leave, "a stranger", (side, v) -> leave(group, "stranger", v));
        one(ApiKey.LEAVE_GROUP, leave, "a member", (side, v) -> leave(group, side.text(member), v));
        one(
                ApiKey.LEAVE_GROUP,
                leave,
                "a member again",
                (side, v) -> leave(group, side.text(member), v));
    }

    private static HeartbeatRequest heartbeat(String group, String member, int generation) {
        return new HeartbeatRequest().groupId(group).memberId(member).generationId(generation);
    }

    private static SyncGroupRequest sync(
            String group, String member, int generation, short version) {
        SyncGroupRequest request =
                new SyncGroupRequest()
                        .groupId(group)
                        .memberId(member)
                        .generationId(generation)
                        .assignments(
                                List.of(
                                        new SyncGroupRequestAssignment()
                                                .memberId(member)
                                                .assignment(ByteBuffer.wrap(new byte[] {1, 2}))));
        return version < 5 ? request : request.protocolType("consumer").protocolName("range");
    }

    private static LeaveGroupRequest leave(String group, String member, short version) {
        LeaveGroupRequest request = new LeaveGroupRequest().groupId(group);
        return version < 3
                ? request.memberId(member)
                : request.members(List.of(new MemberIdentity().memberId(member)));
    }

    private void one(ApiKey key, short version, String name, Parity.Request request) {
        parity.inVersions(key, name, version, version, request);
    }

    void strangers() {
        parity.everyVersion(
                ApiKey.HEARTBEAT,
                "of no group",
                (side, version) -> heartbeat("none", "stranger", 1));
        parity.everyVersion(
                ApiKey.HEARTBEAT, "without a group", (side, version) -> heartbeat("", "m", 1));
        parity.everyVersion(
                ApiKey.SYNC_GROUP,
                "of no group",
                (side, version) -> sync("none", "stranger", 1, version));
        parity.everyVersion(
                ApiKey.SYNC_GROUP,
                "without a group",
                (side, version) -> sync("", "stranger", 1, version));
        parity.everyVersion(
                ApiKey.LEAVE_GROUP,
                "of no group",
                (side, version) -> leave("none", "stranger", version));
        parity.everyVersion(
                ApiKey.LEAVE_GROUP,
                "without a group",
                (side, version) -> leave("", "stranger", version));
    }

    // ---- administration

    private void describing(String name, String group) {
        parity.everyVersion(
                ApiKey.DESCRIBE_GROUPS,
                name,
                (side, version) -> {
                    DescribeGroupsRequest request =
                            new DescribeGroupsRequest().groups(List.of(group));
                    return version < 3 ? request : request.includeAuthorizedOperations(true);
                });
    }

    private void deleting(String name, String group) {
        parity.everyVersion(
                ApiKey.DELETE_GROUPS,
                name,
                (side, version) -> new DeleteGroupsRequest().groupsNames(List.of(group)));
    }

    void administration() {
        describing("no group", "none");
        describing("an empty name", "");
        deleting("no group", "none");
        deleting("an empty name", "");
        one(
                ApiKey.JOIN_GROUP,
                (short) 9,
                "the only one with a member",
                (side, version) -> join("only", version).groupInstanceId("i"));
        for (String state :
                List.of("Nowhere", "Stable", "CompletingRebalance", "empty", "Empty", "Dead")) {
            parity.inVersions(
                    ApiKey.LIST_GROUPS,
                    "in state " + state,
                    4,
                    5,
                    (side, version) -> new ListGroupsRequest().statesFilter(List.of(state)));
        }
        for (String type : List.of("Consumer", "share", "nonsense")) {
            parity.inVersions(
                    ApiKey.LIST_GROUPS,
                    "of type " + type,
                    5,
                    5,
                    (side, version) -> new ListGroupsRequest().typesFilter(List.of(type)));
        }
        parity.inVersions(
                ApiKey.LIST_GROUPS,
                "of a type and in a state",
                5,
                5,
                (side, version) ->
                        new ListGroupsRequest()
                                .typesFilter(List.of("classic"))
                                .statesFilter(List.of("Empty")));
    }
}
