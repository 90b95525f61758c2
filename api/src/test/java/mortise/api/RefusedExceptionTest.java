package mortise.api;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RefusedExceptionTest {
    @Test
    void aRefusalHasAnErrorAndASentenceAndNoTrace() {
        RefusedException refused =
                new RefusedException(ErrorCode.POLICY_VIOLATION, "not on a Monday");

        assertThat(refused.error()).isEqualTo(ErrorCode.POLICY_VIOLATION);
        assertThat(refused).hasMessage("not on a Monday").hasNoCause();
        assertThat(refused.getStackTrace()).isEmpty();
    }
}
