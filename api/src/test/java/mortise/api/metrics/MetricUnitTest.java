package mortise.api.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MetricUnitTest {
    @ParameterizedTest
    @CsvSource({
        "net_sent_bytes_total,BYTES",
        "used_bytes,BYTES",
        "flush_sync_nanos,NANOS",
        "busy_nanos_total,NANOS",
        "serving_since_seconds,SECONDS",
        "append_set_batches,COUNT",
        "requests_total,COUNT",
        "kilobytes,COUNT",
        "bytes,COUNT"
    })
    void theEndOfANameIsItsUnit(String name, MetricUnit unit) {
        assertThat(MetricUnit.of(name)).isEqualTo(unit);
    }

    @ParameterizedTest
    @CsvSource({"BYTES,bytes", "NANOS,nanos", "SECONDS,seconds", "COUNT,''"})
    void unitsHaveTheirWord(MetricUnit unit, String word) {
        assertThat(unit.suffix().orElse("")).isEqualTo(word);
    }
}
