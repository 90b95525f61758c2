package mortise.dist;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackages;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.constructors;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaCall;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * What modules cannot see: cycles, names, where Netty may appear, and that no test is skipped for
 * its name.
 */
class HouseRulesTest {
    private static final JavaClasses PRODUCT =
            new ClassFileImporter().importPaths(folders("target/classes"));

    private static List<Path> folders(String ending) {
        Path root = Path.of("..").toAbsolutePath().normalize();
        try (Stream<Path> paths =
                Files.find(
                        root,
                        4,
                        (path, attributes) -> attributes.isDirectory() && path.endsWith(ending))) {
            return paths.sorted().toList();
        } catch (IOException failure) {
            throw new AssertionError("looking for " + ending, failure);
        }
    }

    /** A module that is not built would be judged by nobody, and nothing would say so. */
    @Test
    void everyModuleIsLookedAt() {
        assertThat(folders("src/main"))
                .filteredOn(sources -> Files.isDirectory(sources.resolve("java")))
                .describedAs("modules with sources; each is to be built first, the bench too")
                .hasSizeGreaterThan(20)
                .allSatisfy(sources ->
                        assertThat(sources.resolve("../../target/classes").normalize())
                                .isDirectory());
    }

    @Test
    void packagesHaveNoCycles() {
        slices().assignedFrom(PACKAGES).should().beFreeOfCycles().check(PRODUCT);
    }

    /**
     * Each package is a slice. The generated messages are one with {@code mortise.wire}: a message
     * is read by its primitives, and its API key names it.
     */
    private static final SliceAssignment PACKAGES =
            new SliceAssignment() {
                @Override
                public SliceIdentifier getIdentifierOf(JavaClass type) {
                    String name = type.getPackageName();
                    return name.startsWith("mortise.")
                            ? SliceIdentifier.of(
                                    name.equals("mortise.wire.message") ? "mortise.wire" : name)
                            : SliceIdentifier.ignore();
                }

                @Override
                public String getDescription() {
                    return "packages";
                }
            };

    @Test
    void nettyStaysInTheNetworkPackages() {
        noClasses()
                .that()
                .resideOutsideOfPackages("mortise.broker.net..", "mortise.bench..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.netty..")
                .check(PRODUCT);
    }

    /**
     * A decision is a function of what it is handed: it meets no thread, clock, timer, socket, file
     * or source of randomness of its own.
     */
    @Test
    void pureModulesSeeNothingButValues() {
        classes()
                .that()
                .resideInAnyPackage(PURE)
                .should()
                .onlyDependOnClassesThat(areValuesAndWhatMakesThem())
                .check(PRODUCT);
        noClasses()
                .that()
                .resideInAnyPackage(PURE)
                .should()
                .callMethodWhere(
                        JavaCall.Predicates.target(
                                DescribedPredicate.describe(
                                        "reads the time or makes randomness",
                                        target ->
                                                IMPURE_CALLS.contains(
                                                        target.getOwner().getFullName()
                                                                + "."
                                                                + target.getName()))))
                .check(PRODUCT);
    }

    private static final String[] PURE = {"mortise.metadata..", "mortise.coordinator.."};

    private static final Set<String> PURE_PACKAGES =
            Set.of(
                    "java.lang",
                    "java.lang.annotation",
                    "java.lang.invoke",
                    "java.lang.runtime",
                    "java.math",
                    "java.nio",
                    "java.nio.charset",
                    "java.util",
                    "java.util.function",
                    "java.util.random",
                    "java.util.regex",
                    "java.util.stream");
    private static final Set<String> IMPURE_TYPES =
            Set.of(
                    "java.lang.InheritableThreadLocal",
                    "java.lang.Process",
                    "java.lang.ProcessBuilder",
                    "java.lang.Runtime",
                    "java.lang.Thread",
                    "java.lang.ThreadLocal",
                    "java.util.Random",
                    "java.util.Timer",
                    "java.util.TimerTask",
                    "mortise.api.Clock",
                    "mortise.api.SystemClock",
                    "mortise.api.Timers");
    private static final Set<String> IMPURE_CALLS =
            Set.of(
                    "java.lang.Math.random",
                    "java.lang.System.currentTimeMillis",
                    "java.lang.System.getProperty",
                    "java.lang.System.getenv",
                    "java.lang.System.nanoTime",
                    "java.util.UUID.randomUUID",
                    "java.util.random.RandomGenerator.getDefault",
                    "java.util.random.RandomGenerator.of");

    private static DescribedPredicate<JavaClass> areValuesAndWhatMakesThem() {
        return DescribedPredicate.describe(
                "are values, or what makes values of values",
                type -> {
                    JavaClass element = type.getBaseComponentType();
                    String name = element.getPackageName();
                    return element.isPrimitive()
                            || element.isEquivalentTo(Duration.class)
                            || (!IMPURE_TYPES.contains(element.getFullName())
                                    && (PURE_PACKAGES.contains(name)
                                            || name.startsWith("mortise.")
                                            || name.startsWith("org.jspecify.")));
                });
    }

    @Test
    void theMailboxKnowsNoOwner() {
        noClasses()
                .that()
                .resideInAPackage("mortise.broker.mailbox")
                .should()
                .dependOnClassesThat(
                        resideInAPackage("mortise.broker..")
                                .and(
                                        resideOutsideOfPackages(
                                                "mortise.broker.mailbox",
                                                "mortise.broker.runtime")))
                .check(PRODUCT);
    }

    @Test
    void compactionKnowsLogsAndNoPartitions() {
        noClasses()
                .that()
                .resideInAPackage("mortise.broker.compaction")
                .should()
                .dependOnClassesThat(
                        resideInAPackage("mortise.broker..")
                                .and(
                                        resideOutsideOfPackages(
                                                "mortise.broker.compaction",
                                                "mortise.broker.log",
                                                "mortise.broker.runtime")))
                .check(PRODUCT);
    }

    /** What runs where is decided in one room, so that a simulation can run all of it in one. */
    @Test
    void theCoreHasItsThreadsFromItsRuntime() {
        noClasses()
                .that()
                .resideInAPackage("mortise.broker..")
                .and()
                .resideOutsideOfPackage("mortise.broker.runtime")
                .and(
                        DescribedPredicate.describe(
                                "are not known to make threads",
                                type -> !MAKES_THREADS.containsKey(type.getFullName())))
                .should()
                .callCodeUnitWhere(
                        JavaCall.Predicates.target(
                                DescribedPredicate.describe(
                                        "makes a thread or an executor",
                                        target ->
                                                THREADS.contains(target.getOwner().getFullName())
                                                        && !OF_THE_CALLER.contains(
                                                                target.getName()))))
                .check(PRODUCT);
    }

    private static final Set<String> THREADS =
            Set.of(
                    "java.lang.Thread",
                    "java.util.Timer",
                    "java.util.concurrent.Executors",
                    "java.util.concurrent.ForkJoinPool",
                    "java.util.concurrent.ScheduledThreadPoolExecutor",
                    "java.util.concurrent.ThreadFactory",
                    "java.util.concurrent.ThreadPoolExecutor");

    /** What a thread asks about itself or another, and makes none. */
    private static final Set<String> OF_THE_CALLER =
            Set.of(
                    "currentThread",
                    "getAllStackTraces",
                    "getContextClassLoader",
                    "getName",
                    "getStackTrace",
                    "interrupt",
                    "interrupted",
                    "isAlive",
                    "isInterrupted",
                    "isVirtual",
                    "join",
                    "onSpinWait",
                    "setContextClassLoader",
                    "threadId");

    private static final Map<String, String> MAKES_THREADS =
            Map.of(
                    "mortise.broker.net.Transport", "the event loops are Netty's threads",
                    "mortise.broker.TrialContext", "a plugin on trial has no execution",
                    "mortise.broker.plugin.PluginThreads",
                            "counts those that the execution makes for a plugin");

    /** Jars become modules whatever a broker then makes of the plugins in them. */
    @Test
    void pluginFoldersKnowNoInstances() {
        noClasses()
                .that()
                .resideInAPackage("mortise.broker.plugin.folder")
                .should()
                .dependOnClassesThat(
                        resideInAPackage("mortise.broker..")
                                .and(resideOutsideOfPackages("mortise.broker.plugin.folder")))
                .check(PRODUCT);
    }

    @Test
    void handlersStandAboveWhatTheyUse() {
        noClasses()
                .that()
                .resideInAnyPackage(
                        "mortise.broker.compaction",
                        "mortise.broker.mailbox",
                        "mortise.broker.partition",
                        "mortise.broker.flush",
                        "mortise.broker.fetch")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("mortise.broker..api")
                .check(PRODUCT);
    }

    @Test
    void theCoreNamesNoPlugin() {
        noClasses()
                .that()
                .resideInAPackage("mortise.broker..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "mortise.storage..",
                        "mortise.consensus..",
                        "mortise.codec..",
                        "mortise.metrics..",
                        "mortise.partitioner..",
                        "mortise.placement..")
                .check(PRODUCT);
    }

    @Test
    void everyMethodOfAServiceInterfaceSaysWhoCallsIt() {
        methods()
                .that()
                .areDeclaredInClassesThat(areServiceInterfaces())
                .should(sayWhoCalls())
                .check(PRODUCT);
    }

    @Test
    void noNameIsALastResort() {
        noClasses()
                .that()
                .resideInAPackage("mortise..")
                .and()
                .resideOutsideOfPackage("mortise.wire.message..")
                .should()
                .haveNameMatching(".*(Manager|Helper|Utils?|Impl)$")
                .check(PRODUCT);
    }

    /** What takes more than seven things has a concept in it that has no name yet. */
    @Test
    void constructorsTakeAtMostSevenParameters() {
        constructors()
                .that()
                .areDeclaredInClassesThat(
                        DescribedPredicate.describe(
                                "are not known to be wide",
                                type -> !WIDE.containsKey(type.getFullName())))
                .and()
                .areDeclaredInClassesThat()
                .resideOutsideOfPackage("mortise.wire.message..")
                .should()
                .haveRawParameterTypes(
                        DescribedPredicate.describe(
                                "at most seven", types -> types.size() <= MOST_PARAMETERS))
                .check(PRODUCT);
        assertThat(PRODUCT.stream().map(JavaClass::getFullName))
                .describedAs("what is excepted is there")
                .containsAll(WIDE.keySet());
    }

    private static final int MOST_PARAMETERS = 7;

    /** Values, not collaborators: what has one component for each row of something else. */
    private static final Map<String, String> WIDE =
            Map.ofEntries(
                    Map.entry(
                            "mortise.wire.generator.FieldSchema",
                            "a field as the schema language describes it"),
                    Map.entry(
                            "mortise.wire.generator.MessageSchema",
                            "a message as the schema language describes it"),
                    Map.entry("mortise.wire.ApiKey", "a row of the table of APIs"),
                    Map.entry("mortise.broker.BrokerStatus", "what a broker reports to its users"),
                    Map.entry("mortise.junit.TestBrokerStatus", "what a broker reports to tests"),
                    Map.entry("mortise.broker.InstalledPlugin", "what a list of plugins shows"),
                    Map.entry(
                            "mortise.broker.plugin.folder.LibraryJar",
                            "what the index says of one jar"),
                    Map.entry("mortise.metadata.ClusterImage", "what the metadata records make"),
                    Map.entry("mortise.metadata.TopicSettings", "the configuration of a topic"),
                    Map.entry(
                            "mortise.metadata.config.ConfigEntry",
                            "what clients are shown of one configuration"));

    @Test
    void testsAreNamedSoThatTheyRun() {
        classes()
                .that(containTests())
                .and()
                .areNotInterfaces()
                .and()
                .areTopLevelClasses()
                .should()
                .haveSimpleNameEndingWith("Test")
                .check(new ClassFileImporter().importPaths(folders("target/test-classes")));
    }

    private static DescribedPredicate<JavaClass> areServiceInterfaces() {
        return DescribedPredicate.describe(
                "are interfaces of mortise.spi that plugins implement",
                type ->
                        type.isInterface()
                                && type.getPackageName().startsWith("mortise.spi.")
                                && type.getMethods().stream()
                                        .anyMatch(method ->
                                                method.isAnnotatedWith("mortise.spi.CalledOn")));
    }

    private static ArchCondition<JavaMethod> sayWhoCalls() {
        return new ArchCondition<>("carry @CalledOn") {
            @Override
            public void check(JavaMethod method, ConditionEvents events) {
                boolean said =
                        method.isAnnotatedWith("mortise.spi.CalledOn")
                                || method.getModifiers()
                                        .contains(
                                                com.tngtech.archunit.core.domain.JavaModifier
                                                        .STATIC)
                                || method.getModifiers()
                                        .contains(
                                                com.tngtech.archunit.core.domain.JavaModifier
                                                        .SYNTHETIC);
                events.add(
                        new SimpleConditionEvent(
                                method, said, method.getFullName() + " has no @CalledOn"));
            }
        };
    }

    private static DescribedPredicate<JavaClass> containTests() {
        return DescribedPredicate.describe(
                "contain tests",
                type ->
                        type.getMethods().stream()
                                .anyMatch(method ->
                                        method.isAnnotatedWith(Test.class)
                                                || method.isAnnotatedWith(
                                                        "org.junit.jupiter.params.ParameterizedTest")
                                                || method.isAnnotatedWith(
                                                        "mortise.tck.sim.Seeded")));
    }
}
