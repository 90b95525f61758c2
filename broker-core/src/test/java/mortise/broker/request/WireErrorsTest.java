package mortise.broker.request;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import mortise.api.ErrorCode;
import mortise.api.RefusedException;
import mortise.api.config.ConfigException;
import mortise.api.config.ConfigProblem;
import mortise.spi.storage.StorageException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class WireErrorsTest {
    @ParameterizedTest
    @EnumSource(StorageException.Reach.class)
    void aFailedStoreSendsClientsElsewhere(StorageException.Reach reach) {
        ErrorCode error = WireErrors.of(new StorageException(reach, "full"));
        assertThat(error).isEqualTo(ErrorCode.KAFKA_STORAGE_ERROR);
        assertThat(error.retriable()).isTrue();
    }

    @Test
    void everyKindOfFailureHasItsError() {
        assertThat(WireErrors.of(new RefusedException(ErrorCode.INVALID_PARTITIONS, "no")))
                .isEqualTo(ErrorCode.INVALID_PARTITIONS);
        assertThat(WireErrors.of(new ConfigException(List.of(new ConfigProblem("key", "is bad")))))
                .isEqualTo(ErrorCode.INVALID_CONFIG);
        assertThat(WireErrors.of(new TimeoutException())).isEqualTo(ErrorCode.REQUEST_TIMED_OUT);
        assertThat(WireErrors.of(new IllegalStateException()))
                .isEqualTo(ErrorCode.UNKNOWN_SERVER_ERROR);
    }

    @Test
    void whatAStageWrappedIsUnwrapped() {
        var refused = new RefusedException(ErrorCode.POLICY_VIOLATION, "not on a Monday");
        var wrapped = new CompletionException(new ExecutionException(refused));
        assertThat(WireErrors.of(wrapped)).isEqualTo(ErrorCode.POLICY_VIOLATION);
        assertThat(WireErrors.reason(wrapped)).isEqualTo("not on a Monday");
        assertThat(WireErrors.of(new CompletionException("alone", null)))
                .isEqualTo(ErrorCode.UNKNOWN_SERVER_ERROR);
    }

    @Test
    void aFailureWithoutAMessageIsNamedByItsKind() {
        assertThat(WireErrors.reason(new IllegalStateException()))
                .isEqualTo("IllegalStateException");
    }
}
