package mortise.tck.sim;

import java.lang.reflect.Method;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.AfterTestExecutionCallback;
import org.junit.jupiter.api.extension.Extension;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.jupiter.api.extension.TestTemplateInvocationContext;
import org.junit.jupiter.api.extension.TestTemplateInvocationContextProvider;
import org.junit.platform.commons.support.AnnotationSupport;

/** Runs a {@link Seeded} test once per seed. */
public final class SeededExtension implements TestTemplateInvocationContextProvider {
    private static final Namespace NAMESPACE = Namespace.create(SeededExtension.class);

    /** Made by JUnit. */
    public SeededExtension() {}

    @Override
    public boolean supportsTestTemplate(ExtensionContext context) {
        return AnnotationSupport.isAnnotated(context.getTestMethod(), Seeded.class);
    }

    @Override
    public Stream<TestTemplateInvocationContext> provideTestTemplateInvocationContexts(
            ExtensionContext context) {
        Seeded seeded =
                AnnotationSupport.findAnnotation(context.getTestMethod(), Seeded.class)
                        .orElseThrow();
        SeedRange seeds =
                SeedRange.of(
                        seeded.runs(),
                        System.getProperty(SeedRange.SEED),
                        System.getProperty(SeedRange.SEEDS));
        Tally tally = new Tally(testName(context), seeds);
        // the store closes it when the last seed has run
        context.getStore(NAMESPACE).put(Tally.class, tally);
        return seeds.stream().mapToObj(seed -> new OneSeed(seed, tally));
    }

    private static String testName(ExtensionContext context) {
        return context.getRequiredTestClass().getSimpleName()
                + "#"
                + context.getRequiredTestMethod().getName();
    }

    /** What became of the seeds of one test; prints it when the test is over. */
    private static final class Tally implements AutoCloseable {
        private final String test;
        private final SeedRange seeds;
        private final AtomicInteger run = new AtomicInteger();
        private final AtomicInteger failed = new AtomicInteger();

        Tally(String test, SeedRange seeds) {
            this.test = test;
            this.seeds = seeds;
        }

        void ran(long seed, boolean passed) {
            run.incrementAndGet();
            if (!passed) {
                failed.incrementAndGet();
                System.out.println(
                        test
                                + " fails with seed "
                                + seed
                                + "; replay: "
                                + ReplayCommand.of(test, seed));
            }
        }

        @Override
        public void close() {
            System.out.println(
                    test
                            + ": "
                            + run
                            + " of "
                            + seeds.count()
                            + " ran ("
                            + seeds
                            + "), "
                            + failed
                            + " failed");
        }
    }

    /** One run of a seeded test. */
    private record OneSeed(long seed, Tally tally)
            implements TestTemplateInvocationContext,
                    ParameterResolver,
                    AfterTestExecutionCallback {
        @Override
        public String getDisplayName(int invocationIndex) {
            return "seed " + seed;
        }

        @Override
        public List<Extension> getAdditionalExtensions() {
            return List.of(this);
        }

        @Override
        public void afterTestExecution(ExtensionContext context) {
            tally.ran(seed, context.getExecutionException().isEmpty());
        }

        @Override
        public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
            Class<?> type = parameter.getParameter().getType();
            return parameter.getDeclaringExecutable() instanceof Method
                    && (type == long.class || type == RandomGenerator.class);
        }

        @Override
        public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
            return parameter.getParameter().getType() == long.class
                    ? (Object) seed
                    : new SplittableRandom(seed);
        }
    }
}
