package mortise.broker.metadata.api;

import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import mortise.api.ErrorCode;
import mortise.broker.request.ApiHandler;
import mortise.broker.request.RequestContext;
import mortise.broker.request.WireErrors;
import mortise.broker.runtime.Blocking;
import mortise.wire.ApiMessage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How a handler of this package answers once its answer is there. */
final class Answer {
    private static final Logger LOG = LoggerFactory.getLogger(Answer.class);

    private Answer() {}

    /** Answers with what the stage gives, or with its failure. */
    static <Q extends ApiMessage> void when(
            CompletionStage<? extends ApiMessage> response,
            ApiHandler<Q> handler,
            RequestContext context,
            Q request) {
        response.whenComplete((message, failure) -> {
            if (failure == null) {
                context.respond(message);
                return;
            }
            ErrorCode error = WireErrors.of(failure);
            if (error == ErrorCode.UNKNOWN_SERVER_ERROR) {
                LOG.error(
                        "{} {} from {} failed; the client is told UNKNOWN_SERVER_ERROR",
                        context.apiKey().apiName(),
                        context.correlationId(),
                        context.clientHost(),
                        failure);
            }
            context.respond(
                    handler.failure(
                            request, context.apiVersion(), error, WireErrors.reason(failure)));
        });
    }

    /** Answers at once, or, if the answer is large, from a thread that may take its time. */
    static <Q extends ApiMessage> void built(
            boolean large,
            Blocking blocking,
            Supplier<? extends ApiMessage> response,
            ApiHandler<Q> handler,
            RequestContext context,
            Q request) {
        if (large) {
            String what = "answering " + context.apiKey().apiName();
            when(blocking.<ApiMessage>run(what, response::get), handler, context, request);
        } else {
            context.respond(response.get());
        }
    }
}
