package mortise.broker.group.api;

import java.util.function.Function;
import mortise.api.ErrorCode;
import mortise.broker.request.ApiHandler;
import mortise.broker.request.RequestContext;
import mortise.coordinator.Reply;
import mortise.wire.ApiMessage;

/**
 * Answers a request with what its coordinator says.
 *
 * @param <Q> the request
 * @param <R> what the coordinator answers
 */
record GroupReply<Q extends ApiMessage, R>(
        RequestContext context,
        Q request,
        ApiHandler<Q> handler,
        Function<R, ? extends ApiMessage> response)
        implements Reply<R> {
    /** The coordinator's answer is the response. */
    static <Q extends ApiMessage, R extends ApiMessage> GroupReply<Q, R> of(
            RequestContext context, Q request, ApiHandler<Q> handler) {
        return new GroupReply<>(context, request, handler, answer -> answer);
    }

    @Override
    public void answer(R answer) {
        context.respond(response.apply(answer));
    }

    @Override
    public void refuse(ErrorCode error) {
        context.respond(handler.failure(request, context.apiVersion(), error, ""));
    }
}
