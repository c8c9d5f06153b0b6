namespace Adit.Cli;

internal static class Program
{
    private static int Main(string[] args)
    {
        if (args is ["version"])
        {
            Console.Out.WriteLine($"adit {typeof(Program).Assembly.GetName().Version?.ToString(3)}");
            return 0;
        }

        return 2;
    }
}
