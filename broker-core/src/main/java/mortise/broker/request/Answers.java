package mortise.broker.request;

import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import mortise.api.ErrorCode;
import mortise.broker.runtime.Blocking;
import mortise.wire.ApiMessage;

/**
 * How handlers answer when the answer may be large or must be waited for. The memory of a large
 * answer is taken before it is built, and it is built and encoded on a virtual thread.
 */
public final class Answers {
    /** Answers up to this size are built on the event loop. */
    private static final long LARGE_ANSWER_BYTES = 256 * 1_024;

    /** A request up to this size is refused part by part, a larger one loses its connection. */
    private static final int REFUSED_IN_PARTS_BYTES = 256 * 1_024;

    /** A reason is repeated for each part of a request that failed; above this size without it. */
    private static final int REASON_FOR_EACH_BYTES = 64 * 1_024;

    private static final int LONGEST_REASON = 500;

    private Answers() {}

    /**
     * Answers with what the supplier builds.
     *
     * @param large whether it is built on a virtual thread, whatever it takes
     * @param bytes what the answer takes at most, as {@link RequestContext#reserveAnswer} has it
     */
    public static <Q extends ApiMessage> void build(
            boolean large,
            long bytes,
            Blocking blocking,
            Supplier<? extends ApiMessage> answer,
            ApiHandler<Q> handler,
            RequestContext context,
            Q request) {
        reserved(
                bytes,
                handler,
                context,
                request,
                () -> {
                    if (large || bytes > LARGE_ANSWER_BYTES) {
                        onVirtualThread(blocking, answer, handler, context, request);
                    } else {
                        context.respond(answer.get());
                    }
                });
    }

    private static <Q extends ApiMessage> void onVirtualThread(
            Blocking blocking,
            Supplier<? extends ApiMessage> answer,
            ApiHandler<Q> handler,
            RequestContext context,
            Q request) {
        String what = "answering " + context.apiKey().apiName();
        var _ =
                blocking.run(
                        what,
                        () -> {
                            try {
                                context.respond(answer.get());
                            } catch (RuntimeException | Error failure) {
                                failed(failure, handler, context, request);
                            }
                            return what;
                        });
    }

    /** Runs the work of a request once there is memory for its answer, or refuses it. */
    public static <Q extends ApiMessage> void reserved(
            long bytes, ApiHandler<Q> handler, RequestContext context, Q request, Runnable work) {
        if (bytes > context.maxAnswerBytes()) {
            refuse(bytes, handler, context, request);
            return;
        }
        context.reserveAnswer(
                bytes,
                () -> {
                    if (context.connectionClosed()) {
                        context.respondNothing();
                        return;
                    }
                    try {
                        work.run();
                    } catch (RuntimeException | Error failure) {
                        failed(failure, handler, context, request);
                    }
                });
    }

    private static <Q extends ApiMessage> void refuse(
            long bytes, ApiHandler<Q> handler, RequestContext context, Q request) {
        String reason =
                "the answer may take "
                        + bytes
                        + " bytes, net.max-response-bytes allows "
                        + context.maxAnswerBytes()
                        + "; ask for less at a time";
        if (context.sizeInBytes() <= REFUSED_IN_PARTS_BYTES) {
            ApiMessage refusal =
                    handler.failure(
                            request,
                            context.apiVersion(),
                            ErrorCode.INVALID_REQUEST,
                            shortened(reason, context));
            if (namesAnError(refusal)) {
                context.respond(refusal);
                return;
            }
        }
        context.closeConnection(context.apiKey().apiName() + ": " + reason);
    }

    private static boolean namesAnError(ApiMessage answer) {
        boolean[] named = {false};
        answer.eachErrorCode(code -> named[0] = true);
        return named[0];
    }

    /** Answers with what a stage gives, or with its failure. */
    public static <Q extends ApiMessage> void when(
            CompletionStage<? extends ApiMessage> answer,
            ApiHandler<Q> handler,
            RequestContext context,
            Q request) {
        answer.whenComplete((message, failure) -> {
            if (failure == null) {
                context.respond(message);
            } else {
                failed(failure, handler, context, request);
            }
        });
    }

    /** Answers with a failure; one that nobody expected is logged. */
    public static <Q extends ApiMessage> void failed(
            Throwable failure, ApiHandler<Q> handler, RequestContext context, Q request) {
        ErrorCode error = WireErrors.of(failure);
        if (error == ErrorCode.UNKNOWN_SERVER_ERROR) {
            context.failedUnexpectedly(failure);
        }
        context.respond(
                handler.failure(
                        request,
                        context.apiVersion(),
                        error,
                        shortened(WireErrors.reason(failure), context)));
    }

    private static String shortened(String reason, RequestContext context) {
        return context.sizeInBytes() > REASON_FOR_EACH_BYTES
                ? ""
                : reason.substring(0, Math.min(reason.length(), LONGEST_REASON));
    }
}
