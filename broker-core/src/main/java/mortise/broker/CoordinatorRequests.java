package mortise.broker;

import java.util.List;
import mortise.broker.request.ApiHandler;
import mortise.broker.request.FindCoordinatorRefusal;

/** Requests for coordinators of groups and transactions, of which this version has none. */
record CoordinatorRequests() implements Area {
    @Override
    public List<ApiHandler<?>> handlers() {
        return List.of(new FindCoordinatorRefusal());
    }
}
