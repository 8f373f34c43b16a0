import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Runs a block of the page on the cases in a folder. */
public final class Driver {
    private static String text(Path file) throws Exception {
        return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
    }

    public static void main(String[] arguments) throws Exception {
        List<Path> cases;
        try (Stream<Path> found = Files.list(Path.of(arguments[0]))) {
            cases = found.sorted().toList();
        }
        for (Path one : cases) {
            boolean verified = Webhooks.verify(
                    text(one.resolve("secret")),
                    text(one.resolve("id")),
                    text(one.resolve("timestamp")),
                    text(one.resolve("signatures")),
                    Files.readAllBytes(one.resolve("body")));
            System.out.println(one.getFileName() + (verified ? " verified" : " refused"));
        }
    }
}
