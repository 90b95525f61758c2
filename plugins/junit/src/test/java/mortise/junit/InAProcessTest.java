package mortise.junit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import mortise.api.ErrorCode;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;

/** The same tests see the same broker when it runs in a process, as on a Java below 25. */
class InAProcessTest {
    private static final Map<String, String> PROCESS = Map.of("mortise.junit.run-in", "process");

    @BeforeEach
    void forget() {
        ExtensionTest.SEEN.clear();
    }

    private static TestExecutionSummary run(Class<?> tests, Map<String, String> parameters) {
        SummaryGeneratingListener listener = new SummaryGeneratingListener();
        LauncherFactory.create()
                .execute(
                        LauncherDiscoveryRequestBuilder.request()
                                .selectors(selectClass(tests))
                                .configurationParameters(parameters)
                                .build(),
                        listener);
        return listener.getSummary();
    }

    private static String failures(TestExecutionSummary summary) {
        return summary.getFailures().stream()
                .map(failure -> failure.getException().toString())
                .collect(Collectors.joining("\n"));
    }

    @ParameterizedTest
    @ValueSource(
            classes = {
                FaultsTest.class,
                ExtensionTest.AnnotatedClass.class,
                ExtensionTest.StaticField.class,
                ExtensionTest.InParallel.class,
                ExtensionTest.Faulty.class,
                Told.class
            })
    void whatHoldsInTheJvmHoldsInAProcess(Class<?> tests) {
        TestExecutionSummary summary = run(tests, PROCESS);

        assertThat(failures(summary)).isEmpty();
        assertThat(summary.getTestsSucceededCount()).isPositive();
    }

    @MortiseBroker
    static class Told {
        @Test
        void mistakesAreToldAsInTheJvm(TestBroker broker) {
            assertThatThrownBy(() -> broker.refuse("Produced", ErrorCode.NOT_CONTROLLER, 1))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("there is no API 'Produced'; known are ");
            assertThatThrownBy(() -> broker.createTopic("no name", 1))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageStartingWith("creating topic no name was refused: ");
            assertThat(broker.status().dataDirectory()).isNull();
            assertThat(broker.status().metrics()).isNotEmpty();
        }
    }

    @Test
    void aMisspeltKeyFailsTheClassWithTheNearestName() {
        TestExecutionSummary summary = run(ExtensionTest.Misspelt.class, PROCESS);

        assertThat(summary.getFailures()).hasSize(1);
        assertThat(failures(summary)).contains("log.retention.mss").contains("log.retention.ms");
    }

    @Test
    void anInstanceOfAPluginIsRefusedByName() {
        TestExecutionSummary summary = run(ExtensionTest.OwnPlugin.class, PROCESS);

        assertThat(failures(summary))
                .contains(
                        "NoNewTopics was handed in as an instance, which cannot go to the process");
    }

    @Test
    void aJdkThatCannotRunABrokerIsRefusedByName() {
        TestExecutionSummary summary =
                run(
                        Told.class,
                        Map.of(
                                "mortise.junit.run-in", "process",
                                "mortise.junit.jdk", "/nowhere"));

        assertThat(failures(summary))
                .contains("the JDK that was named for the test's broker, /nowhere, is no JDK");
    }

    @Test
    void aProcessThatDoesNotStartIsToldWithItsLastLines() {
        TestExecutionSummary summary =
                run(
                        Told.class,
                        Map.of(
                                "mortise.junit.run-in", "process",
                                "mortise.junit.jvm-options", "-XX:+NoSuchOption"));

        assertThat(failures(summary))
                .contains("the process of the test's broker has ended (exit status 1;")
                .contains("NoSuchOption");
    }

    @Test
    void aPlaceThatIsNoneIsRefused() {
        assertThatThrownBy(() -> Engines.choose(name -> Optional.of("cloud"), 25))
                .hasMessage("mortise.junit.run-in is 'cloud'; it must be 'jvm' or 'process'");
        assertThatThrownBy(() -> Engines.choose(name -> Optional.of("jvm"), 17))
                .hasMessageContaining("the tests run on Java 17 and a broker needs 25");
    }
}
