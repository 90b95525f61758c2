package mortise.broker.net;

import java.util.List;
import java.util.function.BiConsumer;
import mortise.api.ErrorCode;
import mortise.broker.request.ApiHandler;
import mortise.broker.request.RequestContext;
import mortise.broker.request.Requirement;
import mortise.wire.ApiKey;
import mortise.wire.ApiMessage;

/** A handler that does what a test says. */
final class ScriptedHandler<Q extends ApiMessage> implements ApiHandler<Q> {
    private final ApiKey apiKey;
    private final BiConsumer<RequestContext, Q> script;

    ScriptedHandler(ApiKey apiKey, BiConsumer<RequestContext, Q> script) {
        this.apiKey = apiKey;
        this.script = script;
    }

    @Override
    public ApiKey apiKey() {
        return apiKey;
    }

    @Override
    public List<Requirement> requirements() {
        return List.of();
    }

    @Override
    public void handle(RequestContext context, Q request) {
        script.accept(context, request);
    }

    @Override
    public ApiMessage failure(Q request, short version, ErrorCode error, String reason) {
        return apiKey.newResponse();
    }
}
