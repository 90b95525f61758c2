package mortise.tck.telemetry;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import mortise.api.config.Config;
import mortise.api.config.ConfigSchema;
import mortise.spi.PluginContext;
import mortise.spi.telemetry.HealthView;
import mortise.spi.telemetry.MetricsExporter;
import mortise.spi.telemetry.MetricsExporterProvider;
import mortise.spi.telemetry.MetricsView;
import org.junit.jupiter.api.Test;

/** The exporters' kit notices exporters that break the contract. */
class KitFindsExporterFlawsTest {
    /** What an exporter does wrong. */
    private enum Flaw {
        NONE,
        THREAD_IN_CREATE,
        READS_AFTER_CLOSE,
        KEEPS_ITS_PLACE,
        KEEPS_ITS_ADDRESS
    }

    /** An exporter that reads once a minute, and has a flaw. */
    private record Flawed(Flaw flaw, AtomicBoolean taken)
            implements MetricsExporterProvider, MetricsExporterContract {
        Flawed(Flaw flaw) {
            this(flaw, new AtomicBoolean());
        }

        @Override
        public MetricsExporterProvider provider() {
            return this;
        }

        @Override
        public String name() {
            return "flawed";
        }

        @Override
        public ConfigSchema config() {
            return ConfigSchema.empty();
        }

        @Override
        public MetricsExporter create(Config config, PluginContext context) {
            if (flaw == Flaw.THREAD_IN_CREATE) {
                context.threads("early").newThread(new CountDownLatch(1)::countDown).start();
            }
            return new Minutely(this, context);
        }
    }

    private static final class Minutely implements MetricsExporter {
        private final Flawed provider;
        private final PluginContext context;
        private boolean started;
        private boolean closed;

        Minutely(Flawed provider, PluginContext context) {
            this.provider = provider;
            this.context = context;
        }

        @Override
        public void start(MetricsView metrics, HealthView health) {
            if (!provider.taken.compareAndSet(false, true)) {
                throw new IllegalStateException("the place is taken");
            }
            started = true;
            again(metrics);
        }

        private void again(MetricsView metrics) {
            context.timers()
                    .schedule(
                            Duration.ofMinutes(1),
                            () -> {
                                if (!closed || provider.flaw == Flaw.READS_AFTER_CLOSE) {
                                    metrics.read();
                                    again(metrics);
                                }
                            });
        }

        @Override
        public Optional<URI> address() {
            return started && (!closed || provider.flaw == Flaw.KEEPS_ITS_ADDRESS)
                    ? Optional.of(URI.create("http://127.0.0.1/"))
                    : Optional.empty();
        }

        @Override
        public void close() {
            closed = true;
            if (provider.flaw != Flaw.KEEPS_ITS_PLACE) {
                provider.taken.set(false);
            }
        }
    }

    @Test
    void anExporterWithoutFlawPasses() {
        Flawed good = new Flawed(Flaw.NONE);

        assertThatCode(good::creatingStartsNothing).doesNotThrowAnyException();
        assertThatCode(good::closingEndsIt).doesNotThrowAnyException();
        assertThatCode(good::itStartsAgainAfterItsEnd).doesNotThrowAnyException();
        assertThatCode(good::noThreadOutlivesIt).doesNotThrowAnyException();
    }

    @Test
    void everyFlawIsFound() {
        assertThatThrownBy(new Flawed(Flaw.THREAD_IN_CREATE)::creatingStartsNothing)
                .isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(new Flawed(Flaw.READS_AFTER_CLOSE)::closingEndsIt)
                .isInstanceOf(AssertionError.class);
        assertThatThrownBy(new Flawed(Flaw.KEEPS_ITS_ADDRESS)::closingEndsIt)
                .isInstanceOf(AssertionError.class);
        assertThatThrownBy(new Flawed(Flaw.KEEPS_ITS_PLACE)::itStartsAgainAfterItsEnd)
                .isInstanceOf(IllegalStateException.class);
    }
}
