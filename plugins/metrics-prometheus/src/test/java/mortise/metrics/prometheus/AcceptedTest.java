package mortise.metrics.prometheus;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AcceptedTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "''|false",
                "*/*|false",
                "text/plain|false",
                "application/openmetrics-text|true",
                "application/openmetrics-text; version=1.0.0; charset=utf-8|true",
                "application/openmetrics-text; version=0.0.1|false",
                "application/openmetrics-text;version=1.0.0;q=0|false",
                "application/openmetrics-text;version=1.0.0;q=0.2,text/plain;q=0.3|false",
                "application/openmetrics-text;version=1.0.0;q=0.5,text/plain;q=0.3,*/*;q=0.9|true",
                "application/openmetrics-text;q=much|false"
            })
    void openMetricsIsSentToThoseWhoPreferIt(String accept, boolean sent) {
        assertThat(Accepted.openMetrics(accept)).isEqualTo(sent);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "''|false",
                "gzip|true",
                "br, GZIP ;q=0.1|true",
                "gzip;q=0|false",
                "identity|false"
            })
    void gzipIsSentToThoseWhoTakeIt(String acceptEncoding, boolean sent) {
        assertThat(Accepted.gzip(acceptEncoding)).isEqualTo(sent);
    }
}
