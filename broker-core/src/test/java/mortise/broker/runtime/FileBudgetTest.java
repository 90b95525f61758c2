package mortise.broker.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FileBudgetTest {
    @ParameterizedTest
    @ValueSource(longs = {1, 64, 256, 1_024, 4_096, 10_240, 65_536, 1L << 40})
    void thePartsDoNotExceedTheWholeAndNoneIsNothing(long limit) {
        for (int processors : new int[] {1, 4, 128}) {
            FileBudget budget = new FileBudget(limit, processors);
            assertThat(budget.connections()).isPositive();
            assertThat(budget.logFiles()).isPositive();
            if (limit >= 64) {
                assertThat(budget.connections() + (long) budget.logFiles() + budget.keptBack())
                        .isLessThanOrEqualTo(limit);
                assertThat(budget.keptBack()).isGreaterThanOrEqualTo(limit / 10);
            }
        }
    }

    @Test
    void aThousandFilesServeFiveHundredConnectionsAndKeepSomeBack() {
        FileBudget budget = new FileBudget(1_024, 2);
        assertThat(budget.connections()).isBetween(550, 700);
        assertThat(budget.logFiles()).isBetween(250, 350);
        assertThat(budget.keptBack()).isGreaterThan(100);
    }

    @Test
    void aLargeLimitRestrictsNoDefault() {
        FileBudget budget = new FileBudget(32_768, 8);
        assertThat(budget.connections()).isGreaterThan(10_000);
        assertThat(budget.logFiles()).isGreaterThan(8_000);
    }

    @Test
    void theSoftLimitIsRead() {
        String head =
                "Limit                     Soft Limit           Hard Limit           Units     ";
        assertThat(
                        FileBudget.limitIn(
                                List.of(
                                        head,
                                        "Max processes             63429                63429                processes ",
                                        "Max open files            1024                 524288               files     ")))
                .isEqualTo(1_024);
        assertThat(
                        FileBudget.limitIn(
                                List.of(
                                        "Max open files            unlimited            unlimited  files")))
                .isGreaterThan(1_000_000);
        assertThat(FileBudget.limitIn(List.of(head))).isPositive();
        assertThat(FileBudget.ofProcess().limit()).isPositive();
    }
}
