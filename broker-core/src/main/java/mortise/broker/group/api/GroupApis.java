package mortise.broker.group.api;

import java.util.List;
import mortise.broker.group.GroupHost;
import mortise.broker.request.Access;
import mortise.broker.request.ApiHandler;
import mortise.broker.request.BrokerEndpoints;

/** The handlers of this package. */
public final class GroupApis {
    private GroupApis() {}

    /** Everything that is served about groups. */
    public static List<ApiHandler<?>> handlers(
            GroupHost host, BrokerEndpoints endpoints, Access access) {
        return List.of(
                new FindCoordinatorHandler(host, endpoints, access),
                new JoinGroupHandler(host, access),
                new SyncGroupHandler(host, access),
                new HeartbeatHandler(host, access),
                new LeaveGroupHandler(host, access),
                new OffsetCommitHandler(host, access),
                new OffsetFetchHandler(host, access),
                new OffsetDeleteHandler(host, access),
                new ConsumerGroupHeartbeatHandler(host, access),
                new ConsumerGroupDescribeHandler(host, access),
                new DescribeGroupsHandler(host, access),
                new ListGroupsHandler(host, access),
                new DeleteGroupsHandler(host, access));
    }
}
