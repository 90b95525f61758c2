package mortise.broker;

import java.util.List;
import mortise.broker.fetch.FetchHandler;
import mortise.broker.fetch.FetchSessions;
import mortise.broker.fetch.FetchSources;
import mortise.broker.request.ApiHandler;
import mortise.broker.runtime.Execution;

/** Fetches, and the sessions that they belong to. */
record FetchRequests(FetchSessions sessions, List<ApiHandler<?>> handlers) implements Area {
    static FetchRequests of(Composition with, Serving serving) {
        Execution execution = with.execution();
        FetchSessions sessions =
                new FetchSessions(
                        with.config(),
                        execution.clock(),
                        execution.timers(),
                        execution.random(),
                        with.metrics());
        FetchSources sources =
                new FetchSources(
                        serving.partitions().partitions(),
                        serving.access(),
                        serving.endpoints(with),
                        serving.lanes().coldReads(),
                        execution.clock(),
                        execution.timers(),
                        with.metrics());
        return new FetchRequests(
                sessions, List.of(new FetchHandler(with.config(), sources, sessions)));
    }
}
