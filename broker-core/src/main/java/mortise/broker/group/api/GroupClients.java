package mortise.broker.group.api;

import mortise.broker.request.RequestContext;
import mortise.coordinator.group.GroupClient;

/** Who sends group requests. */
final class GroupClients {
    private GroupClients() {}

    static GroupClient of(RequestContext context) {
        String id = context.clientId();
        return new GroupClient(
                id == null ? "" : id, "/" + context.clientHost(), context.apiVersion());
    }
}
