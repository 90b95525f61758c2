package mortise.bench.load;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class FailuresTest {
    @Test
    void whatDiffersInNumbersIsOneKind() {
        Failures failures = new Failures();
        failures.note("expired for t-0: 120001 ms");
        failures.note("expired for t-3: 120000 ms");
        failures.note("the connection ended");

        assertThat(failures.all())
                .containsExactly("expired for t-0: 120001 ms (2 times)", "the connection ended");
    }

    @Test
    void kindsAreBounded() {
        Failures failures = new Failures();
        for (char kind = 'a'; kind <= 'z'; kind++) {
            failures.note("kind " + kind);
            failures.note("kind " + kind);
        }

        assertThat(failures.all())
                .hasSize(20)
                .contains("kind a (2 times)")
                .doesNotContain("kind z");
    }
}
