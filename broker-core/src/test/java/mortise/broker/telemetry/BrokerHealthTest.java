package mortise.broker.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import mortise.spi.telemetry.Health;
import mortise.spi.telemetry.Health.Reason;
import org.junit.jupiter.api.Test;

class BrokerHealthTest {
    private final BrokerHealth health = new BrokerHealth();
    private final List<Reason> wrong = new ArrayList<>();

    private static List<String> names(Health answer) {
        return answer.reasons().stream().map(Reason::name).toList();
    }

    @Test
    void aBrokerIsNotReadyUntilItServesAndOnceItStops() {
        health.check(() -> wrong);
        wrong.add(new Reason("no-controller", "x"));

        assertThat(names(health.ready())).containsExactly("starting");
        assertThat(health.alive().good()).isTrue();

        wrong.clear();
        health.serving();
        assertThat(health.ready()).isEqualTo(Health.GOOD);

        health.stopping();
        assertThat(names(health.ready())).containsExactly("stopping");
        assertThat(health.alive().good()).isTrue();
    }

    @Test
    void aBrokerThatStopsWhileItStartsIsNeverReady() {
        health.stopping();
        health.serving();

        assertThat(names(health.ready())).containsExactly("stopping");
    }

    @Test
    void everyPartMayHaveReasons() {
        health.check(() -> wrong);
        health.check(() -> List.of(new Reason("b", "x")));
        health.serving();
        wrong.add(new Reason("a", "x"));

        assertThat(names(health.ready())).containsExactly("a", "b");
    }

    @Test
    void aBrokerThatCannotGoOnIsNeitherAliveNorReady() {
        health.serving();
        health.failed("the metadata is damaged");

        assertThat(health.alive().reasons())
                .containsExactly(
                        new Reason(
                                "failed", "The broker stops by itself: the metadata is damaged"));
        assertThat(names(health.ready())).containsExactly("failed");
    }
}
