package mortise.junit;

import java.util.Optional;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.platform.commons.support.AnnotationSupport;

/** What {@link MortiseBroker @MortiseBroker} does. Not to be registered otherwise. */
public final class AnnotatedBrokers
        implements BeforeAllCallback, BeforeEachCallback, AfterEachCallback, ParameterResolver {
    private final ScopedBrokers brokers = new ScopedBrokers(AnnotatedBrokers.class);

    /** For JUnit. */
    public AnnotatedBrokers() {}

    @Override
    public void beforeAll(ExtensionContext context) {
        // a nested class without an annotation of its own shares what is around it
        AnnotationSupport.findAnnotation(context.getRequiredTestClass(), MortiseBroker.class)
                .filter(asked -> asked.scope() == Scope.CLASS)
                .ifPresent(asked -> brokers.start(context, BrokerSpec.of(asked)));
    }

    @Override
    public void beforeEach(ExtensionContext context) {
        nearest(context)
                .filter(asked -> asked.scope() == Scope.METHOD)
                .ifPresent(asked -> brokers.start(context, BrokerSpec.of(asked)));
    }

    /** The annotation of the test's class, or of the nearest class around it that has one. */
    private static Optional<MortiseBroker> nearest(ExtensionContext context) {
        // the context of a nested class lies in that of the class around it, in every JUnit
        Optional<ExtensionContext> at = Optional.of(context);
        while (at.isPresent()) {
            Optional<MortiseBroker> asked =
                    AnnotationSupport.findAnnotation(at.get().getTestClass(), MortiseBroker.class);
            if (asked.isPresent()) {
                return asked;
            }
            at = at.get().getParent();
        }
        return Optional.empty();
    }

    @Override
    public void afterEach(ExtensionContext context) {
        brokers.afterTest(context);
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == TestBroker.class;
    }

    @Override
    public TestBroker resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return brokers.get(context);
    }
}
