package mortise.broker.fetch;

import java.util.ArrayList;
import java.util.List;
import mortise.api.ErrorCode;
import mortise.api.config.Config;
import mortise.broker.request.ApiHandler;
import mortise.broker.request.RequestContext;
import mortise.broker.request.Requirement;
import mortise.spi.auth.Operation;
import mortise.spi.auth.ResourceType;
import mortise.wire.ApiKey;
import mortise.wire.ApiMessage;
import mortise.wire.message.FetchRequest;
import mortise.wire.message.FetchRequest.FetchPartition;
import mortise.wire.message.FetchRequest.FetchTopic;
import mortise.wire.message.FetchResponse;
import mortise.wire.message.FetchResponse.FetchableTopicResponse;
import mortise.wire.message.FetchResponse.PartitionData;
import org.jspecify.annotations.Nullable;

/** Fetch: finds or begins the session (KIP-227) and sends a pass over it. */
public final class FetchHandler implements ApiHandler<FetchRequest> {
    private static final short FIRST_VERSION_WITH_TOPIC_IDS = 13;
    private static final int FULL_AND_BEGIN_SESSION = 0;
    private static final int FULL_WITHOUT_SESSION = -1;
    private static final byte READ_COMMITTED = 1;

    private final int mostBytes;
    private final long longestWaitNanos;
    private final FetchSources sources;
    private final FetchSessions sessions;
    private final FetchTelemetry telemetry;

    /** Fetch from these sources. */
    public FetchHandler(Config config, FetchSources sources, FetchSessions sessions) {
        this.mostBytes = Math.toIntExact(config.get(FetchSettings.MAX_BYTES).bytes());
        this.longestWaitNanos = config.get(FetchSettings.MAX_WAIT).toNanos();
        this.sources = sources;
        this.sessions = sessions;
        this.telemetry = FetchTelemetry.in(sources.metrics());
    }

    @Override
    public ApiKey apiKey() {
        return ApiKey.FETCH;
    }

    @Override
    public List<Requirement> requirements() {
        return List.of(
                new Requirement(Operation.READ, ResourceType.TOPIC, Requirement.Per.RESOURCE));
    }

    @Override
    public void handle(RequestContext context, FetchRequest request) {
        if (request.replicaId() >= 0 || request.replicaState().replicaId() >= 0) {
            context.respond(
                    failure(
                            request,
                            context.apiVersion(),
                            ErrorCode.INVALID_REQUEST,
                            "fetches of replicas are not served: this broker has no followers"));
            return;
        }
        boolean byTopicId = context.apiVersion() >= FIRST_VERSION_WITH_TOPIC_IDS;
        int epoch = request.sessionEpoch();
        if (epoch == FULL_AND_BEGIN_SESSION || epoch == FULL_WITHOUT_SESSION) {
            if (request.sessionId() != FetchSession.NO_ID) {
                sessions.close(request.sessionId());
            }
            fetchInFull(context, request, byTopicId, epoch == FULL_AND_BEGIN_SESSION);
        } else {
            fetchIncrement(context, request, byTopicId);
        }
        context.orderingPointPassed();
    }

    private void fetchInFull(
            RequestContext context, FetchRequest request, boolean byTopicId, boolean begin) {
        FetchSession session =
                begin && namesFit(request) ? sessions.begin(byTopicId, partitions(request)) : null;
        if (session == null) {
            session = new FetchSession(FetchSession.NO_ID, byTopicId, sources.clock().nanoTime());
        } else {
            session.watchAll(sources);
        }
        session.update(request, sources);
        if (session.isEmpty()) {
            sessions.close(session.id());
        }
        pass(context, request, session, true).begin();
    }

    /** Whether a session may keep the names: those that no topic can have may be of any length. */
    private static boolean namesFit(FetchRequest request) {
        for (FetchTopic topic : request.topics()) {
            if (topic.topic().length() > FetchSession.LONGEST_NAME) {
                return false;
            }
        }
        return true;
    }

    private static int partitions(FetchRequest request) {
        int sum = 0;
        for (FetchTopic topic : request.topics()) {
            sum += topic.partitions().size();
        }
        return sum;
    }

    private void fetchIncrement(RequestContext context, FetchRequest request, boolean byTopicId) {
        FetchSession session = sessions.find(request.sessionId());
        ErrorCode refusal = refusal(session, byTopicId);
        if (session == null || refusal != ErrorCode.NONE) {
            context.respond(new FetchResponse().errorCode(refusal.code()));
            return;
        }
        if (!session.begin(request.sessionEpoch(), sources.clock().nanoTime())) {
            context.respond(
                    new FetchResponse().errorCode(ErrorCode.INVALID_FETCH_SESSION_EPOCH.code()));
            return;
        }
        if (!namesFit(request) || (session.update(request, sources) && sessions.overfull())) {
            // the client fetches in full then, and is told whether there is room for a session
            sessions.close(session.id());
            session.end();
            context.respond(
                    new FetchResponse().errorCode(ErrorCode.FETCH_SESSION_ID_NOT_FOUND.code()));
            return;
        }
        if (session.isEmpty()) {
            sessions.close(session.id());
        }
        pass(context, request, session, false).begin();
    }

    private static ErrorCode refusal(@Nullable FetchSession session, boolean byTopicId) {
        if (session == null) {
            return ErrorCode.FETCH_SESSION_ID_NOT_FOUND;
        }
        return session.byTopicId() == byTopicId
                ? ErrorCode.NONE
                : ErrorCode.FETCH_SESSION_TOPIC_ID_ERROR;
    }

    private FetchPass pass(
            RequestContext context, FetchRequest request, FetchSession session, boolean inFull) {
        int maxBytes = Math.max(0, Math.min(request.maxBytes(), mostBytes));
        long waitNanos = Math.min(longestWaitNanos, Math.max(0, request.maxWaitMs()) * 1_000_000L);
        return new FetchPass(
                context,
                sources,
                telemetry,
                session,
                inFull,
                new FetchPass.FetchLimits(
                        Math.min(request.minBytes(), maxBytes),
                        maxBytes,
                        sources.clock().nanoTime() + waitNanos,
                        request.isolationLevel() == READ_COMMITTED));
    }

    @Override
    public ApiMessage failure(FetchRequest request, short version, ErrorCode error, String reason) {
        List<FetchableTopicResponse> topics = new ArrayList<>(request.topics().size());
        for (FetchTopic topic : request.topics()) {
            List<PartitionData> answers = new ArrayList<>(topic.partitions().size());
            for (FetchPartition partition : topic.partitions()) {
                answers.add(
                        new PartitionData()
                                .partitionIndex(partition.partition())
                                .errorCode(error.code())
                                .highWatermark(-1)
                                .records(PartitionReader.NO_RECORDS));
            }
            topics.add(
                    new FetchableTopicResponse()
                            .topic(topic.topic())
                            .topicId(topic.topicId())
                            .partitions(answers));
        }
        return new FetchResponse().errorCode(error.code()).responses(topics);
    }
}
