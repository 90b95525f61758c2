package mortise.broker.request;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import mortise.api.ErrorCode;
import mortise.api.RefusedException;
import mortise.api.metrics.Metrics;
import mortise.wire.ApiKey;
import mortise.wire.ApiMessage;
import mortise.wire.message.HeartbeatRequest;
import mortise.wire.message.HeartbeatResponse;
import org.junit.jupiter.api.Test;

class RequestRouterTest {
    /** Serves some versions of an API, badly. */
    private record Failing(ApiKey apiKey, short lowestVersion, short highestVersion)
            implements ApiHandler<HeartbeatRequest> {
        @Override
        public List<Requirement> requirements() {
            return List.of();
        }

        @Override
        public void handle(RequestContext context, HeartbeatRequest request) {
            throw new RefusedException(ErrorCode.POLICY_VIOLATION, "as the test wants");
        }

        @Override
        public ApiMessage failure(
                HeartbeatRequest request, short version, ErrorCode error, String reason) {
            return new HeartbeatResponse().errorCode(error.code());
        }
    }

    private static RequestRouter router(ApiHandler<?>... handlers) {
        return new RequestRouter(List.of(handlers), new TestFeatures(), Metrics.discarding());
    }

    @Test
    void twoHandlersForOneApiAreRefused() {
        Failing handler = new Failing(ApiKey.HEARTBEAT, (short) 0, (short) 4);
        assertThatThrownBy(() -> router(handler, handler))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("two handlers serve Heartbeat");
    }

    @Test
    void aHandlerForApiVersionsIsRefusedBecauseTheRouterIsIt() {
        assertThatThrownBy(() -> router(new Failing(ApiKey.API_VERSIONS, (short) 0, (short) 0)))
                .hasMessageContaining("two handlers serve ApiVersions");
    }

    @Test
    void servesTheVersionsOfTheHandlerAndNoOthers() {
        RequestRouter router = router(new Failing(ApiKey.HEARTBEAT, (short) 1, (short) 3));
        assertThat(router.serves(ApiKey.HEARTBEAT, (short) 0)).isFalse();
        assertThat(router.serves(ApiKey.HEARTBEAT, (short) 1)).isTrue();
        assertThat(router.serves(ApiKey.HEARTBEAT, (short) 3)).isTrue();
        assertThat(router.serves(ApiKey.HEARTBEAT, (short) 4)).isFalse();
        assertThat(router.serves(ApiKey.STREAMS_GROUP_HEARTBEAT)).isFalse();
        assertThat(router.serves(ApiKey.API_VERSIONS, (short) 5)).isTrue();
    }
}
