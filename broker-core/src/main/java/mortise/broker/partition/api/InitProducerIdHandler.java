package mortise.broker.partition.api;

import java.util.List;
import mortise.api.ErrorCode;
import mortise.broker.request.Access;
import mortise.broker.request.ApiHandler;
import mortise.broker.request.RequestContext;
import mortise.broker.request.Requirement;
import mortise.broker.request.UnservedFeature;
import mortise.broker.request.WireErrors;
import mortise.spi.auth.Operation;
import mortise.spi.auth.ResourceType;
import mortise.wire.ApiKey;
import mortise.wire.ApiMessage;
import mortise.wire.message.InitProducerIdRequest;
import mortise.wire.message.InitProducerIdResponse;

/**
 * InitProducerId in its idempotent form: a new ID with epoch 0, whatever ID the producer had. The
 * transactional form is refused by name.
 */
public final class InitProducerIdHandler implements ApiHandler<InitProducerIdRequest> {
    private static final short LAST_STABLE_VERSION = 5;

    private final ProducerIdSource source;
    private final Access access;

    /** IDs from this source. */
    public InitProducerIdHandler(ProducerIdSource source, Access access) {
        this.source = source;
        this.access = access;
    }

    @Override
    public ApiKey apiKey() {
        return ApiKey.INIT_PRODUCER_ID;
    }

    @Override
    public short highestVersion() {
        return LAST_STABLE_VERSION;
    }

    @Override
    public List<Requirement> requirements() {
        return List.of(
                new Requirement(
                        Operation.IDEMPOTENT_WRITE, ResourceType.CLUSTER, Requirement.Per.REQUEST));
    }

    @Override
    public void handle(RequestContext context, InitProducerIdRequest request) {
        String transactionalId = request.transactionalId();
        if ((request.producerId() == -1) != (request.producerEpoch() == -1)) {
            // an ID and its epoch come together
            context.respond(refused(ErrorCode.INVALID_REQUEST));
        } else if (transactionalId != null) {
            ErrorCode refusal =
                    transactionalId.isEmpty()
                            ? ErrorCode.INVALID_REQUEST
                            : ErrorCode.UNSUPPORTED_VERSION;
            if (refusal == ErrorCode.UNSUPPORTED_VERSION) {
                context.notServed(UnservedFeature.TRANSACTIONS);
            }
            context.respond(refused(refusal));
        } else if (!access.allowsOnCluster(context, Operation.IDEMPOTENT_WRITE)) {
            context.respond(refused(ErrorCode.CLUSTER_AUTHORIZATION_FAILED));
        } else {
            context.orderingPointPassed();
            source.next()
                    .whenComplete((id, failed) ->
                            context.respond(
                                    failed == null
                                            ? new InitProducerIdResponse()
                                                    .producerId(id)
                                                    .producerEpoch((short) 0)
                                            : refused(WireErrors.of(failed))));
        }
    }

    @Override
    public ApiMessage failure(
            InitProducerIdRequest request, short version, ErrorCode error, String reason) {
        return refused(error);
    }

    private static InitProducerIdResponse refused(ErrorCode error) {
        return new InitProducerIdResponse()
                .errorCode(error.code())
                .producerId(-1)
                .producerEpoch((short) -1);
    }
}
