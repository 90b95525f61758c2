package mortise.broker.request;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import mortise.api.ErrorCode;
import mortise.api.metrics.Counter;
import mortise.api.metrics.Labels;
import mortise.api.metrics.Metrics;
import mortise.broker.runtime.Blocking;
import mortise.wire.ApiKey;
import mortise.wire.ApiMessage;
import mortise.wire.WireReader;
import org.jspecify.annotations.Nullable;

/**
 * The way from a request to the handler of its API. Immutable; called on event loops. ApiVersions
 * is its own, because it lists what the router knows.
 */
public final class RequestRouter {
    /** The size of a request from which on its handler does not run on the event loop. */
    static final int LARGE_REQUEST_BYTES = 64 * 1_024;

    private final @Nullable Route[] routes;
    private final List<ApiHandler<?>> handlers;
    private final ApiVersionsHandler apiVersions;
    private final Counter failures;
    private final Blocking blocking;

    /**
     * A router over these handlers, at most one per API, all of which run on the event loop.
     *
     * @throws IllegalArgumentException if two handlers serve one API
     */
    public RequestRouter(
            List<? extends ApiHandler<?>> handlers, FeatureSource features, Metrics metrics) {
        this(handlers, features, metrics, Blocking.INLINE);
    }

    /**
     * A router over these handlers, at most one per API.
     *
     * @param blocking where the handlers of large requests run
     * @throws IllegalArgumentException if two handlers serve one API
     */
    public RequestRouter(
            List<? extends ApiHandler<?>> handlers,
            FeatureSource features,
            Metrics metrics,
            Blocking blocking) {
        this.blocking = blocking;
        this.apiVersions = new ApiVersionsHandler(this, features);
        List<ApiHandler<?>> all = new ArrayList<>(handlers);
        all.add(apiVersions);
        all.sort(Comparator.comparingInt(handler -> handler.apiKey().id()));
        this.handlers = List.copyOf(all);
        this.routes = new Route[all.getLast().apiKey().id() + 1];
        for (ApiHandler<?> handler : all) {
            add(handler, metrics);
        }
        this.failures =
                metrics.counter(
                        "request_failures_total",
                        "Requests that ended in an exception nobody expected.");
    }

    private void add(ApiHandler<?> handler, Metrics metrics) {
        ApiKey key = handler.apiKey();
        Route other = routes[key.id()];
        if (other != null) {
            throw new IllegalArgumentException(
                    "two handlers serve "
                            + key.apiName()
                            + ": "
                            + other.handler.getClass().getName()
                            + " and "
                            + handler.getClass().getName());
        }
        routes[key.id()] =
                new Route(
                        handler,
                        metrics.counters(
                                        "request_handled_total",
                                        "Requests that reached the handler of their API.",
                                        Labels.of(ApiKey.values().length, "api"))
                                .with(key.apiName()));
    }

    /** What serves one API. */
    private record Route(ApiHandler<?> handler, Counter requests) {}

    /** Every handler, by API key. */
    public List<ApiHandler<?>> handlers() {
        return handlers;
    }

    /** Whether an API is served at all. */
    public boolean serves(ApiKey key) {
        return find(key) != null;
    }

    /** Whether this version of an API is served. */
    public boolean serves(ApiKey key, short version) {
        Route route = find(key);
        return route != null
                && version >= route.handler.lowestVersion()
                && version <= route.handler.highestVersion();
    }

    /**
     * The answer to an ApiVersions request whose version is not served, to be sent in version 0.
     */
    public ApiMessage unsupportedApiVersions() {
        return apiVersions.unsupportedVersion();
    }

    /**
     * Reads the body of a request whose version is served.
     *
     * @param reader reads the request's body, and knows how much heap it may take
     * @throws mortise.wire.MalformedMessageException if it is not a request of that API and version
     * @throws mortise.wire.OversizedMessageException if it would take more heap than it may
     */
    public ApiMessage decode(RequestContext context, WireReader reader) {
        ApiMessage request = context.apiKey().newRequest();
        request.read(reader, context.apiVersion());
        reader.requireEnd(context.apiKey().apiName());
        return request;
    }

    /** Calls the handler; what it throws becomes the answer. */
    public void handle(RequestContext context, ApiMessage request) {
        Route route = find(context.apiKey());
        if (route == null) {
            throw new IllegalStateException(context.apiKey().apiName() + " is not served");
        }
        route.requests.increment();
        if (context.sizeInBytes() >= LARGE_REQUEST_BYTES && !isProduce(context)) {
            var _ =
                    blocking.run(
                            "a large request",
                            () -> {
                                call(route.handler, context, request);
                                return route;
                            });
        } else {
            call(route.handler, context, request);
        }
    }

    /** A Produce is large because of its records, at which nobody looks one by one. */
    private static boolean isProduce(RequestContext context) {
        return context.apiKey() == ApiKey.PRODUCE;
    }

    @SuppressWarnings("unchecked")
    private <Q extends ApiMessage> void call(
            ApiHandler<Q> handler, RequestContext context, ApiMessage decoded) {
        Q request = (Q) decoded;
        try {
            handler.handle(context, request);
        } catch (RuntimeException | Error failure) {
            if (WireErrors.of(failure) == ErrorCode.UNKNOWN_SERVER_ERROR) {
                failures.increment();
            }
            Answers.failed(failure, handler, context, request);
        }
    }

    private @Nullable Route find(ApiKey key) {
        return key.id() < routes.length ? routes[key.id()] : null;
    }
}
