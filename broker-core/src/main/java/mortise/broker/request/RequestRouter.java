package mortise.broker.request;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import mortise.api.ErrorCode;
import mortise.api.metrics.Counter;
import mortise.api.metrics.Labels;
import mortise.api.metrics.Metrics;
import mortise.wire.ApiKey;
import mortise.wire.ApiMessage;
import mortise.wire.WireReader;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The way from a request to the handler of its API. Immutable; called on event loops. ApiVersions
 * is its own, because it lists what the router knows.
 */
public final class RequestRouter {
    private static final Logger LOG = LoggerFactory.getLogger(RequestRouter.class);

    private final @Nullable Route[] routes;
    private final List<ApiHandler<?>> handlers;
    private final ApiVersionsHandler apiVersions;
    private final Counter failures;

    /**
     * A router over these handlers, at most one per API.
     *
     * @throws IllegalArgumentException if two handlers serve one API
     */
    public RequestRouter(
            List<? extends ApiHandler<?>> handlers, FeatureSource features, Metrics metrics) {
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
        call(route.handler, context, request);
    }

    @SuppressWarnings("unchecked")
    private <Q extends ApiMessage> void call(
            ApiHandler<Q> handler, RequestContext context, ApiMessage decoded) {
        Q request = (Q) decoded;
        try {
            handler.handle(context, request);
        } catch (RuntimeException | Error failure) {
            context.respond(failed(handler, context, request, failure));
        }
    }

    private <Q extends ApiMessage> ApiMessage failed(
            ApiHandler<Q> handler, RequestContext context, Q request, Throwable failure) {
        ErrorCode error = WireErrors.of(failure);
        if (error == ErrorCode.UNKNOWN_SERVER_ERROR) {
            failures.increment();
            LOG.error(
                    "{} {} from {} failed; the client is told UNKNOWN_SERVER_ERROR",
                    context.apiKey().apiName(),
                    context.correlationId(),
                    context.clientHost(),
                    failure);
        }
        return handler.failure(request, context.apiVersion(), error, WireErrors.reason(failure));
    }

    private @Nullable Route find(ApiKey key) {
        return key.id() < routes.length ? routes[key.id()] : null;
    }
}
