package mortise.broker;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import mortise.api.ErrorCode;
import mortise.broker.request.ApiHandler;
import mortise.wire.ApiKey;
import org.jspecify.annotations.Nullable;

/**
 * Requests that a broker answers with an error on purpose, so that a test sees what its client does
 * then. Handed to {@link BrokerBuilder#refusing}; may outlive the broker and serve the next one.
 * Thread-safe.
 */
public final class RefusedRequests {
    private final Map<ApiKey, Refusal> refusals = new ConcurrentHashMap<>();

    /** Nothing is refused until somebody asks for it. */
    public RefusedRequests() {}

    /** An error, and how often it is still to be given. */
    private record Refusal(ErrorCode error, int times) {}

    /**
     * Answers the next requests of one API with an error, wherever the response has room for one;
     * takes the place of what was asked for that API before.
     *
     * @param api the API's name in the protocol, for example {@code Produce}
     * @param times how many requests, from 1
     * @throws IllegalArgumentException if there is no such API, or it cannot be refused
     */
    public void refuse(String api, ErrorCode error, int times) {
        if (times < 1) {
            throw new IllegalArgumentException(
                    "refusing " + api + " " + times + " times; once is the least");
        }
        if (error == ErrorCode.NONE) {
            throw new IllegalArgumentException(
                    "refusing " + api + " with NONE, which says that all is well; name an error");
        }
        refusals.put(named(api), new Refusal(error, times));
    }

    private static ApiKey named(String api) {
        if (api.equals(ApiKey.API_VERSIONS.apiName())) {
            throw new IllegalArgumentException(
                    "ApiVersions cannot be refused: clients take any error in it for another"
                            + " protocol; drop the connections instead");
        }
        return Arrays.stream(ApiKey.values())
                .filter(key -> key.apiName().equals(api))
                .findFirst()
                .orElseThrow(() ->
                        new IllegalArgumentException(
                                "there is no API '"
                                        + api
                                        + "'; known are "
                                        + Arrays.stream(ApiKey.values())
                                                .map(ApiKey::apiName)
                                                .sorted()
                                                .collect(Collectors.joining(", "))));
    }

    /** How many requests of an API are still to be refused. */
    public int remaining(String api) {
        Refusal refusal = refusals.get(named(api));
        return refusal == null ? 0 : refusal.times();
    }

    /** Refuses nothing any more. */
    public void clear() {
        refusals.clear();
    }

    /** Takes one refusal of an API, if there is one. */
    @Nullable ErrorCode take(ApiKey key) {
        if (refusals.isEmpty()) {
            return null;
        }
        AtomicReference<@Nullable ErrorCode> taken = new AtomicReference<>();
        refusals.computeIfPresent(
                key,
                (same, refusal) -> {
                    taken.set(refusal.error());
                    return refusal.times() == 1
                            ? null
                            : new Refusal(refusal.error(), refusal.times() - 1);
                });
        return taken.get();
    }

    /** These handlers, each behind a look at the refusals of its API. */
    List<ApiHandler<?>> before(List<ApiHandler<?>> handlers) {
        return handlers.stream().<ApiHandler<?>>map(this::before).toList();
    }

    private ApiHandler<?> before(ApiHandler<?> handler) {
        return new RefusingHandler<>(handler, this);
    }
}
