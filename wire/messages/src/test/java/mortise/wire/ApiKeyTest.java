package mortise.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.stream.Collectors;
import org.apache.kafka.common.protocol.ApiKeys;
import org.junit.jupiter.api.Test;

class ApiKeyTest {
    @Test
    void theTableIsThatOfApacheKafka() {
        assertThat(ApiKey.values()).hasSize(95);
        for (ApiKey key : ApiKey.values()) {
            ApiKeys theirs = ApiKeys.forId(key.id());
            assertThat(key.isRemoved()).isEqualTo(!theirs.hasValidVersion());
            assertThat(key.name()).isEqualTo(theirs.name());
            assertThat(key.apiName()).isEqualTo(theirs.name);
            assertThat(key.lowestVersion()).isEqualTo(theirs.oldestVersion());
            assertThat(key.highestVersion()).isEqualTo(theirs.latestVersion(true));
            assertThat(key.latestVersionUnstable())
                    .isEqualTo(theirs.messageType.latestVersionUnstable());
            assertThat(key.listeners().stream().map(Enum::name).collect(Collectors.toSet()))
                    .isEqualTo(
                            theirs.messageType.listeners().stream()
                                    .map(Enum::name)
                                    .collect(Collectors.toSet()));
            for (short version = key.lowestVersion(); version <= key.highestVersion(); version++) {
                assertThat(key.hasVersion(version)).isTrue();
                assertThat(key.requestHeaderVersion(version))
                        .isEqualTo(theirs.requestHeaderVersion(version));
                assertThat(key.responseHeaderVersion(version))
                        .isEqualTo(theirs.responseHeaderVersion(version));
            }
        }
        assertThat(ApiKeys.values()).hasSize(95);
    }

    @Test
    void aNumberFindsItsApiAndNoOther() {
        for (ApiKey key : ApiKey.values()) {
            assertThat(ApiKey.find(key.id())).isSameAs(key);
        }
        assertThat(ApiKey.find((short) -1)).isNull();
        assertThat(ApiKey.find((short) 95)).isNull();
        assertThat(ApiKey.find(Short.MAX_VALUE)).isNull();
    }

    @Test
    void anApiMakesItsOwnMessages() {
        for (ApiKey key : ApiKey.values()) {
            if (!key.isRemoved()) {
                assertThat(key.newRequest().apiKey()).isEqualTo(key.id());
                assertThat(key.newResponse().apiKey()).isEqualTo(key.id());
                assertThat(key.newRequest().getClass().getSimpleName())
                        .isEqualTo(key.apiName() + "Request");
                assertThat(key.newResponse().getClass().getSimpleName())
                        .isEqualTo(key.apiName() + "Response");
            }
        }
        assertThatThrownBy(ApiKey.STOP_REPLICA::newRequest)
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessage(
                        "making a request of StopReplica: no version of this API is left in the"
                                + " protocol");
    }
}
